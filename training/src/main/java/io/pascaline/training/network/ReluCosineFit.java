// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.function.DoubleUnaryOperator;

/**
 * Least-squares fit of half the identity and cosines of period 16 to ReLU, with amplitudes of 10
 * fraction bits.
 *
 * <p>What is left of ReLU without {@code y / 2} is {@code |y| / 2}, an even function. On a whole
 * period its even harmonics vanish, so their terms would be paid for and bring nothing; the fit is
 * on the middle three quarters instead, where nearly all inputs of a normalised layer lie.
 */
final class ReluCosineFit {
  static final double PERIOD = 16;

  private static final double REACH = 6;
  private static final int INTERVALS = 4000;
  private static final int FRACTION_BITS = 10;

  private ReluCosineFit() {}

  /** Returns the function with this many harmonics. */
  static TrigonometricBasis relu(int harmonicCount) {
    double[] amplitudes = fit(y -> Math.abs(y) / 2, harmonicCount);
    double[] cosines = new double[harmonicCount];
    for (int k = 1; k <= harmonicCount; k++) {
      cosines[k - 1] = rounded(amplitudes[k]);
    }
    return new TrigonometricBasis(
        rounded(amplitudes[0]), 0.5, PERIOD, cosines, new double[harmonicCount]);
  }

  private static double rounded(double amplitude) {
    return Math.scalb(Math.rint(Math.scalb(amplitude, FRACTION_BITS)), -FRACTION_BITS);
  }

  /** Solves the normal equations by elimination; they are symmetric and positive definite. */
  private static double[] fit(DoubleUnaryOperator even, int harmonicCount) {
    int count = harmonicCount + 1;
    double[][] rows = new double[count][count + 1];
    double[] terms = new double[count];
    for (int i = 0; i <= INTERVALS; i++) {
      double y = REACH * i / INTERVALS;
      for (int k = 0; k < count; k++) {
        terms[k] = StrictMath.cos(2 * Math.PI * k * y / PERIOD);
      }
      double weight = i == 0 || i == INTERVALS ? 0.5 : 1;
      for (int k = 0; k < count; k++) {
        for (int j = 0; j < count; j++) {
          rows[k][j] += weight * terms[k] * terms[j];
        }
        rows[k][count] += weight * terms[k] * even.applyAsDouble(y);
      }
    }
    for (int pivot = 0; pivot < count; pivot++) {
      for (int i = pivot + 1; i < count; i++) {
        double factor = rows[i][pivot] / rows[pivot][pivot];
        for (int j = pivot; j <= count; j++) {
          rows[i][j] -= factor * rows[pivot][j];
        }
      }
    }
    double[] solution = new double[count];
    for (int i = count - 1; i >= 0; i--) {
      double sum = rows[i][count];
      for (int j = i + 1; j < count; j++) {
        sum -= rows[i][j] * solution[j];
      }
      solution[i] = sum / rows[i][i];
    }
    return solution;
  }
}
