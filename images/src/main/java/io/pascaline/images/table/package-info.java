// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Numbers that are no pictures: NumPy's files and CSV tables, one input per row. Files are other
 * people's input: every read is bounded and every fault is one line that names file and row.
 */
package io.pascaline.images.table;
