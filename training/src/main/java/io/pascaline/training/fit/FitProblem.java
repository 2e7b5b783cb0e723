// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import java.util.function.DoubleUnaryOperator;

/**
 * What is to be fitted: a polynomial for {@code function} on [-bound, bound], whose coefficients
 * are multiples of {@code 2^-fractionBits} and at most {@code limit} in magnitude.
 *
 * @param function finite on the interval
 * @param bound half the width of the interval around 0
 * @param degree from 1 to 12
 * @param fractionBits of every coefficient, from 0 to 30
 * @param limit largest magnitude of a coefficient, itself included; may be infinite
 */
public record FitProblem(
    DoubleUnaryOperator function, double bound, int degree, int fractionBits, double limit) {
  /** The limit that the published coefficients keep: one half, which one of them is. */
  public static final double PUBLISHED_LIMIT = 0.5;

  /** Highest degree. */
  public static final int MAX_DEGREE = 12;

  /** Most fraction bits. */
  public static final int MAX_FRACTION_BITS = 30;

  private static final double MAX_BOUND = 1000;

  /** Checks the ranges. */
  public FitProblem {
    if (!(bound > 0 && bound <= MAX_BOUND)) {
      throw new IllegalArgumentException("bound is " + bound + ", must be in (0, 1000]");
    }
    if (degree < 1 || degree > MAX_DEGREE) {
      throw new IllegalArgumentException(
          "degree is " + degree + ", must be in [1, " + MAX_DEGREE + "]");
    }
    if (fractionBits < 0 || fractionBits > MAX_FRACTION_BITS) {
      throw new IllegalArgumentException(
          "fractionBits is " + fractionBits + ", must be in [0, " + MAX_FRACTION_BITS + "]");
    }
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("limit is " + limit + ", must not be negative");
    }
  }

  /** Returns the spacing of the coefficients. */
  double unit() {
    return Math.scalb(1.0, -fractionBits);
  }

  /** Returns the largest coefficient in units. */
  long largest() {
    return limit >= Long.MAX_VALUE * unit() ? Long.MAX_VALUE : (long) Math.floor(limit / unit());
  }
}
