// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * One evaluation run: the images go through the private network and through the same network in
 * plaintext, and every figure of the report is measured on the way.
 *
 * <p>A run belongs to one thread, which waits for the service's answers.
 */
package io.pascaline.cli.run;
