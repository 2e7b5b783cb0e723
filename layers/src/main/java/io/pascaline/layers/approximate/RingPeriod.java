// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.plan.LayerBound;

/**
 * The period of the ring in real units. It is 2^32 units in the last place; the fraction bits are
 * chosen so that values stay within a bound of 2^30 units.
 */
public final class RingPeriod {
  /** The bound is at least one real unit. */
  private static final int MAX_FRACTION_BITS = 30;

  private RingPeriod() {}

  /** Returns the shortest period of which one quarter exceeds a magnitude. */
  public static double of(double magnitude) {
    return Math.scalb(1.0, 32 - fractionBits(magnitude));
  }

  private static int fractionBits(double magnitude) {
    int bits = MAX_FRACTION_BITS;
    while (!(magnitude < LayerBound.ofFractionBits(bits))) {
      bits--;
    }
    return bits;
  }

  /** Returns the fraction bits of ring elements for which the ring has a period. */
  public static int fractionBitsOf(double period) {
    return 32 - Math.getExponent(period);
  }
}
