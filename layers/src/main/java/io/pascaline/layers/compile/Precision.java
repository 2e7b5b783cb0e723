// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import java.util.Optional;

/**
 * Predicts how many bits of a layer's output are significant: the binary logarithm of what its
 * values vary by in calibration over what rounding moves them by (root mean squares both).
 * Roundings are those of the weights or coefficients, which are known one by one, and of the
 * output. Errors that earlier layers bring along are theirs and not counted. Stateless.
 */
final class Precision {
  /** With fewer, the rounding error exceeds about 1 % of the values' standard deviation. */
  static final double MIN_BITS = 7;

  /** Root mean square of the error of a truncation, in units. */
  private static final double TRUNCATION = 0.5;

  private Precision() {}

  /**
   * Returns a warning about a linear layer if too few bits are significant.
   *
   * @param linear the layer
   * @param inputTensor what it reads
   * @param calibration typical values
   * @param weightUnit one unit of its weights, in real numbers
   * @param outputUnit one unit of its output
   */
  static Optional<CompilerWarning> of(
      Stage.Linear linear,
      String inputTensor,
      Calibration calibration,
      double weightUnit,
      double outputUnit) {
    double squares = 0;
    for (double weight : linear.weights()) {
      double error = weight - Math.rint(weight / weightUnit) * weightUnit;
      squares += error * error;
    }
    double inputSize = calibration.rootMeanSquare(inputTensor);
    double perOutput = squares / linear.map().outputShape().dim(0) * inputSize * inputSize;
    return warning(linear.tensor(), calibration, Math.sqrt(perOutput), outputUnit);
  }

  /**
   * Returns a warning about a polynomial if too few bits are significant.
   *
   * @param tensor its output
   * @param inputTensor what it reads
   * @param coefficients from the constant on
   * @param calibration typical values
   * @param unit one unit of coefficients, input and output
   */
  static Optional<CompilerWarning> ofPolynomial(
      String tensor,
      String inputTensor,
      double[] coefficients,
      Calibration calibration,
      double unit) {
    double[] errors = new double[coefficients.length];
    for (int k = 1; k < errors.length; k++) {
      errors[k] = coefficients[k] - Math.rint(coefficients[k] / unit) * unit;
    }
    double moved =
        calibration.rootMean(
            inputTensor,
            x -> {
              double sum = 0;
              double power = 1;
              for (double error : errors) {
                sum += error * error * power * power;
                power *= x;
              }
              return sum;
            });
    return warning(tensor, calibration, moved, unit);
  }

  private static Optional<CompilerWarning> warning(
      String tensor, Calibration calibration, double moved, double outputUnit) {
    double spread = calibration.spread(tensor);
    double bits = Math.log(spread / Math.hypot(moved, TRUNCATION * outputUnit)) / Math.log(2);
    return calibration.largest(tensor) > 0 && bits < MIN_BITS
        ? Optional.of(
            new CompilerWarning(
                tensor, CompilerWarning.Kind.SIGNIFICANT_BITS, Math.max(0, bits), MIN_BITS))
        : Optional.empty();
  }
}
