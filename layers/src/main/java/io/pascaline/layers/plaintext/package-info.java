// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Evaluation of a float network in plaintext: the reference for accuracy and the source of
 * calibration ranges. Sees {@link io.pascaline.layers.graph} alone, not what it is compiled to.
 */
package io.pascaline.layers.plaintext;
