// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * What all files of the project have in common: a header with magic, version, length and checksum,
 * and the replacement of a file in one step. Knows nothing of what the files hold.
 */
package io.pascaline.layers.format;
