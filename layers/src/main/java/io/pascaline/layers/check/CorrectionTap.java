// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

/** Sees each correction on its way from the dealer to a party. */
@FunctionalInterface
interface CorrectionTap {
  /** Hands everything on as it is. */
  CorrectionTap NONE = (layer, words) -> words;

  /** Returns what the party is to receive. */
  int[] onCorrection(int layer, int[] words);
}
