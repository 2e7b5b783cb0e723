// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedFunction;

/**
 * The layer bound of the fused suite. Values must stay below it in magnitude: that of a word must
 * be below 2^{@value #BITS}, which is what the protocols of activations take.
 */
public final class LayerBound {
  /** Bits of a word's magnitude. */
  public static final int BITS = FusedFunction.INPUT_BITS;

  private LayerBound() {}

  /** Returns the bound in real units of words with this number of fraction bits. */
  public static double ofFractionBits(int fractionBits) {
    return Math.scalb(1.0, BITS - fractionBits);
  }
}
