// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The {@code fit} command: coefficients under the precision of the secure computation. */
package io.pascaline.cli.fit;
