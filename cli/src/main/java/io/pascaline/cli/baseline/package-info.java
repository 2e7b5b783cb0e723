// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The same network in clear: what privacy is compared with, for predictions and for speed.
 *
 * <p>Nothing here is private. The evaluator belongs to the thread that opened it.
 */
package io.pascaline.cli.baseline;
