// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;

/**
 * A polynomial with its coefficients in fixed point: a_k as A_k = round(a_k 2^f), the constant with
 * 2f bits. Powers with A_k = 0 are not computed. Immutable.
 */
final class FixedPolynomial {
  private static final double LIMIT = 0x1.0p62;

  private final int fractionBits;
  private final double[] real;
  private final long[] encoded;
  private final int degree;

  private FixedPolynomial(PolynomialBasis polynomial, int fractionBits) {
    this.fractionBits = fractionBits;
    this.real = polynomial.coefficients();
    this.encoded = new long[real.length];
    int highest = 0;
    for (int k = 0; k < real.length; k++) {
      double scaled = Math.scalb(real[k], k == 0 ? 2 * fractionBits : fractionBits);
      requireBelowLimit("coefficient " + k, Math.abs(scaled));
      encoded[k] = (long) Math.rint(scaled);
      if (k > 0 && encoded[k] != 0) {
        highest = k;
      }
    }
    this.degree = highest;
    if (degree == 0) {
      throw new IllegalArgumentException(
          polynomial + " is constant with fractionBits " + fractionBits);
    }
  }

  /**
   * Returns the polynomial of a step in fixed point.
   *
   * @throws IllegalArgumentException if a number is out of range, naming it
   */
  static FixedPolynomial of(
      int layer, PolynomialBasis polynomial, int fractionBits, double inputBound) {
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    if (fractionBits < ClassicPolynomial.MIN_FRACTION_BITS
        || fractionBits > ClassicPolynomial.MAX_FRACTION_BITS) {
      throw new IllegalArgumentException(
          "fractionBits must be "
              + ClassicPolynomial.MIN_FRACTION_BITS
              + " to "
              + ClassicPolynomial.MAX_FRACTION_BITS
              + ": "
              + fractionBits);
    }
    if (!(inputBound > 0) || Double.isInfinite(inputBound)) {
      throw new IllegalArgumentException("inputBound must be positive: " + inputBound);
    }
    return new FixedPolynomial(polynomial, fractionBits);
  }

  private static void requireBelowLimit(String what, double magnitude) {
    if (!(magnitude < LIMIT)) {
      throw new IllegalArgumentException(
          what + " reaches " + magnitude + " when encoded, limit " + LIMIT);
    }
  }

  /** Returns the highest power that is computed. */
  int degree() {
    return degree;
  }

  boolean uses(int power) {
    return encoded[power] != 0;
  }

  /** Returns A_k, of a power from 1. */
  long coefficient(int power) {
    return encoded[power];
  }

  /** Returns A_0, with 2f fraction bits. */
  long constant() {
    return encoded[0];
  }

  int fractionBits() {
    return fractionBits;
  }

  /**
   * Returns the error of the polynomial in units of 2^-f: its own truncation, and of each term the
   * error e_k of its power and the rounding of its coefficient.
   *
   * @param powerErrors e_k in units of 2^-f, by power; e_1 = 0
   */
  double errorBoundUlps(double inputBound, double[] powerErrors) {
    double sum = Truncation.ERROR_BOUND_ULPS + Math.scalb(0.5, -fractionBits);
    double power = 1;
    for (int k = 1; k < real.length; k++) {
      power *= inputBound;
      double rounding = Math.abs(Math.scalb(real[k], fractionBits) - encoded[k]);
      sum += rounding * power;
      if (uses(k)) {
        sum += Math.scalb(Math.abs((double) encoded[k]), -fractionBits) * powerErrors[k];
      }
    }
    return sum;
  }

  /**
   * Returns the probability that the sum of all terms wraps when it is truncated.
   *
   * @param shifts bits by which each power was truncated, by power
   * @throws IllegalArgumentException if the sum may leave the ring's signed range
   */
  double sumFailureProbability(double inputBound, double[] powerErrors, int[] shifts) {
    double bound = Math.abs((double) encoded[0]);
    for (int k = 1; k <= degree; k++) {
      double power = Math.scalb(power(inputBound, k), fractionBits) + powerErrors[k];
      bound += Math.abs((double) encoded[k]) * power;
    }
    requireBelowLimit("the polynomial", bound);
    double min = 1;
    for (int k = 1; k <= degree; k++) {
      if (uses(k) && (k > 1 || degree == 1)) {
        // The input's share has at least the spread of one that was truncated to f bits.
        int bits = k == 1 ? fractionBits : shifts[k];
        min = Math.min(min, Truncation.combinedFailureProbability(encoded[k], bits, bound));
      }
    }
    return min;
  }

  static double power(double base, int exponent) {
    double power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= base;
    }
    return power;
  }

  /**
   * Returns the probability that a value wraps when it is truncated.
   *
   * @throws IllegalArgumentException if it may leave the ring's signed range
   */
  static double failureProbability(String what, double bound) {
    requireBelowLimit(what, bound);
    return Truncation.failureProbability(1, bound);
  }

  /** Returns A_0 + the sum of A_k times the powers, truncated to f bits. */
  long plaintext(long[] powers) {
    long sum = constant();
    for (int k = 1; k <= degree; k++) {
      sum += encoded[k] * powers[k];
    }
    return sum >> fractionBits;
  }
}
