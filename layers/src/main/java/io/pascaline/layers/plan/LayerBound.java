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

  /**
   * Bits of a double word's magnitude, of an input or an output of the classic suite. Its protocols
   * have no such bound: what they truncate must stay far below 2^63 in magnitude. A value of 46
   * bits does so after a factor below 1 with 16 fraction bits, the most that the compiler chooses
   * by itself.
   */
  public static final int CLASSIC_BITS = 62 - 16;

  private LayerBound() {}

  /** Returns the bound in real units of words with this number of fraction bits. */
  public static double ofFractionBits(int fractionBits) {
    return Math.scalb(1.0, BITS - fractionBits);
  }
}
