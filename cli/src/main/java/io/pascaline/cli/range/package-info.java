// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Range reports: how far the inputs of every activation reach on typical images, in clear, and what
 * the compiler makes of it.
 */
package io.pascaline.cli.range;
