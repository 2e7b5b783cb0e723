// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.LayerBound;

/**
 * How a word of a tensor is read: {@code word * 2^-fractionBits / divisor}.
 *
 * @param fractionBits of the words
 * @param divisor odd; more than 1 behind pools whose area is no power of two
 */
record Scale(int fractionBits, long divisor) {

  /** Returns the scale of sums that stand for averages over {@code area} elements of this scale. */
  Scale dividedBy(int area) {
    int twos = Integer.numberOfTrailingZeros(area);
    return new Scale(fractionBits + twos, product(divisor, area >> twos));
  }

  /** Returns the coarsest scale of which both scales' units are multiples. */
  Scale commonWith(Scale other) {
    long common = divisor / greatestCommonDivisor(divisor, other.divisor);
    return new Scale(Math.max(fractionBits, other.fractionBits), product(common, other.divisor));
  }

  private static long product(long divisor, long other) {
    long product = divisor * other;
    if (product > Integer.MAX_VALUE) {
      throw new ModelCompileException(
          "the windows of consecutive average pools have too many elements together: put an"
              + " activation between them");
    }
    return product;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /**
   * Returns what words of this scale must be multiplied by to be of a finer one; 0 if more than
   * 2^30.
   */
  int multiplierTo(Scale finer) {
    long ratio = finer.divisor / divisor;
    int shift = finer.fractionBits - fractionBits;
    if (shift > 30 || ratio > (1L << (30 - shift))) {
      return 0;
    }
    return (int) (ratio << shift);
  }

  /** Returns whether words of a real value of this magnitude stay below 2^30. */
  boolean holds(double magnitude) {
    return magnitude * divisor < LayerBound.ofFractionBits(fractionBits);
  }

  /**
   * Returns the finest scale with this divisor that holds a magnitude and is no finer than the
   * limit.
   */
  Scale tightest(double magnitude, int maxFractionBits) {
    int bits = maxFractionBits;
    while (!new Scale(bits, divisor).holds(magnitude)) {
      bits--;
    }
    return new Scale(bits, divisor);
  }

  /** For people. */
  @Override
  public String toString() {
    return fractionBits + " fraction bits" + (divisor == 1 ? "" : " and divisor " + divisor);
  }
}
