package io.pascaline.training.fit;

import java.util.function.DoubleUnaryOperator;

/**
 * Least-squares fit of a polynomial to a function on [-range, range], whose coefficients are
 * multiples of {@code 2^-fractionBits}.
 *
 * <p>Rounding all coefficients of the best real fit at once is far from the best: on [-5, 5] the
 * fourth power is 625 times its coefficient's rounding error. So the highest coefficient is rounded
 * first, the lower ones are fitted anew to what is left, and so on down; each absorbs the errors of
 * those above it. Source: quantisation-aware polynomial fitting in A. Diaa et al. (PILLAR), USENIX
 * Security 2024; the greedy order is ours, and reproduces their ReLU coefficients.
 */
public final class QuantisedFit {
  private static final int INTERVALS = 20_000;
  private static final int MAX_DEGREE = 12;

  private QuantisedFit() {}

  /**
   * The fit's coefficients, lowest degree first.
   *
   * @param function to be fitted; finite on the range
   * @param range half the width of the interval around 0
   * @param degree from 1 to 12
   * @param fractionBits of every coefficient, from 0 to 40
   */
  public static double[] coefficients(
      DoubleUnaryOperator function, double range, int degree, int fractionBits) {
    if (!(range > 0) || degree < 1 || degree > MAX_DEGREE) {
      throw new IllegalArgumentException("range " + range + ", degree " + degree);
    }
    if (fractionBits < 0 || fractionBits > 40) {
      throw new IllegalArgumentException("fractionBits " + fractionBits);
    }
    // In t = x / range, where the powers' integrals are all of similar size.
    double[] moments = moments(function, range, degree);
    double[] coefficients = new double[degree + 1];
    double unit = Math.scalb(1.0, -fractionBits);
    for (int top = degree; top >= 0; top--) {
      double[] best = bestReal(moments, top);
      double power = Math.pow(range, top);
      coefficients[top] = Math.rint(best[top] / power / unit) * unit;
      for (int i = 0; i < moments.length; i++) {
        moments[i] -= coefficients[top] * power * powerIntegral(i + top);
      }
    }
    return coefficients;
  }

  /** Integrals of {@code f(range t) t^i} over [-1, 1] by Simpson's rule on each half. */
  private static double[] moments(DoubleUnaryOperator function, double range, int degree) {
    double[] moments = new double[degree + 1];
    double step = 1.0 / INTERVALS;
    for (int half = -1; half <= 1; half += 2) {
      for (int k = 0; k <= INTERVALS; k++) {
        double t = half * k * step;
        int weight = k == 0 || k == INTERVALS ? 1 : 2 + 2 * (k & 1);
        double term = function.applyAsDouble(range * t) * weight * step / 3;
        for (int i = 0; i <= degree; i++) {
          moments[i] += term;
          term *= t;
        }
      }
    }
    return moments;
  }

  /** Solves the normal equations for a polynomial of the given degree in t, by elimination. */
  private static double[] bestReal(double[] moments, int degree) {
    int count = degree + 1;
    double[][] rows = new double[count][count + 1];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        rows[i][j] = powerIntegral(i + j);
      }
      rows[i][count] = moments[i];
    }
    // The matrix is symmetric and positive definite, so no row exchanges are needed.
    for (int pivot = 0; pivot < count; pivot++) {
      for (int i = pivot + 1; i < count; i++) {
        double factor = rows[i][pivot] / rows[pivot][pivot];
        for (int j = pivot; j <= count; j++) {
          rows[i][j] -= factor * rows[pivot][j];
        }
      }
    }
    double[] solution = new double[count];
    for (int i = degree; i >= 0; i--) {
      double sum = rows[i][count];
      for (int j = i + 1; j < count; j++) {
        sum -= rows[i][j] * solution[j];
      }
      solution[i] = sum / rows[i][i];
    }
    return solution;
  }

  /** Integral of {@code t^power} over [-1, 1]. */
  private static double powerIntegral(int power) {
    return power % 2 == 0 ? 2.0 / (power + 1) : 0;
  }
}
