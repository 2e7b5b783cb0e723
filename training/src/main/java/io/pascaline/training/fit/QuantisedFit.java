// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Least-squares fit of a polynomial on [-bound, bound] whose coefficients are multiples of {@code
 * 2^-fractionBits} and bounded: of all such polynomials the one with the smallest integral of the
 * squared error.
 *
 * <p>Rounding all coefficients of the best real fit at once is far from the best: on [-5, 5] the
 * fourth power is 625 times its coefficient's rounding error. This is an integer least-squares
 * problem, and {@link IntegerLeastSquares} searches it exhaustively. Exact but for the rounding of
 * doubles: of two polynomials whose errors differ by less than about 1e-12 of the function's square
 * either may be taken.
 *
 * <p>Source: quantisation-aware polynomial fitting in A. Diaa et al. (PILLAR), USENIX Security
 * 2024, whose coefficients for ReLU it reproduces.
 */
public final class QuantisedFit {
  private static final int INTERVALS = 20_000;

  private QuantisedFit() {}

  /**
   * Solves a problem.
   *
   * @return the coefficients, lowest degree first
   * @throws IllegalArgumentException if the function is not finite somewhere on the interval, or
   *     the search is beyond {@link IntegerLeastSquares#MAX_NODES}
   */
  public static double[] solve(FitProblem problem) {
    double[] moments = moments(problem.function(), problem.bound(), problem.degree());
    int count = problem.degree() + 1;
    double[][] gram = new double[count][count];
    double[] target = new double[count];
    // In t = x / bound the powers' integrals are all of similar size; a unit of c_i is unit[i].
    double[] unit = new double[count];
    for (int i = 0; i < count; i++) {
      unit[i] = problem.unit() * Math.pow(problem.bound(), i);
    }
    for (int i = 0; i < count; i++) {
      target[i] = moments[i] * unit[i];
      for (int j = 0; j < count; j++) {
        gram[i][j] = powerIntegral(i + j) * unit[i] * unit[j];
      }
    }
    long[] units = new IntegerLeastSquares(gram, target, problem.largest()).solve();
    return Arrays.stream(units).mapToDouble(z -> z * problem.unit()).toArray();
  }

  /**
   * Returns the fit without a limit on the coefficients, lowest degree first.
   *
   * @param function to be fitted; finite on the range
   * @param range half the width of the interval around 0
   * @param degree from 1 to 12
   * @param fractionBits of every coefficient, from 0 to 30
   */
  public static double[] coefficients(
      DoubleUnaryOperator function, double range, int degree, int fractionBits) {
    return solve(new FitProblem(function, range, degree, fractionBits, Double.POSITIVE_INFINITY));
  }

  /**
   * Returns the best fit with real coefficients and no limit, lowest degree first: what
   * quantisation is measured against.
   */
  public static double[] real(DoubleUnaryOperator function, double bound, int degree) {
    int count = new FitProblem(function, bound, degree, 0, 0).degree() + 1;
    double[][] gram = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        gram[i][j] = powerIntegral(i + j);
      }
    }
    double[] solution = Cholesky.of(gram).solve(moments(function, bound, degree));
    for (int i = 0; i < count; i++) {
      solution[i] /= Math.pow(bound, i);
    }
    return solution;
  }

  /** Integrals of {@code f(bound t) t^i} over [-1, 1] by Simpson's rule on each half. */
  private static double[] moments(DoubleUnaryOperator function, double bound, int degree) {
    double[] moments = new double[degree + 1];
    double step = 1.0 / INTERVALS;
    for (int half = -1; half <= 1; half += 2) {
      for (int k = 0; k <= INTERVALS; k++) {
        double t = half * k * step;
        double value = function.applyAsDouble(bound * t);
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("the function is " + value + " at " + bound * t);
        }
        int weight = k == 0 || k == INTERVALS ? 1 : 2 + 2 * (k & 1);
        double term = value * weight * step / 3;
        for (int i = 0; i <= degree; i++) {
          moments[i] += term;
          term *= t;
        }
      }
    }
    return moments;
  }

  /** Integral of {@code t^power} over [-1, 1]. */
  private static double powerIntegral(int power) {
    return power % 2 == 0 ? 2.0 / (power + 1) : 0;
  }
}
