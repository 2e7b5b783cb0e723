// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import java.util.function.DoubleUnaryOperator;

/**
 * How far a polynomial is from a function on [-bound, bound].
 *
 * @param largest largest absolute error
 * @param largestAt where it is
 * @param mean mean absolute error
 * @param rootMeanSquare the root of what the fit minimises
 */
public record FitError(double largest, double largestAt, double mean, double rootMeanSquare) {
  private static final int INTERVALS = 40_000;

  /**
   * Measures on {@value #INTERVALS} intervals of equal width, their ends included.
   *
   * @param function the truth
   * @param bound half the width of the interval around 0
   * @param coefficients of the polynomial, lowest degree first
   */
  public static FitError of(DoubleUnaryOperator function, double bound, double[] coefficients) {
    double largest = -1;
    double largestAt = 0;
    double sum = 0;
    double squares = 0;
    for (int k = 0; k <= INTERVALS; k++) {
      double x = bound * (2.0 * k / INTERVALS - 1);
      double error = Math.abs(value(coefficients, x) - function.applyAsDouble(x));
      // The trapezoidal rule.
      double weight = k == 0 || k == INTERVALS ? 0.5 : 1;
      sum += weight * error;
      squares += weight * error * error;
      if (error > largest) {
        largest = error;
        largestAt = x;
      }
    }
    return new FitError(largest, largestAt, sum / INTERVALS, Math.sqrt(squares / INTERVALS));
  }

  /** Value of a polynomial by Horner's rule. */
  public static double value(double[] coefficients, double x) {
    double value = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      value = value * x + coefficients[i];
    }
    return value;
  }
}
