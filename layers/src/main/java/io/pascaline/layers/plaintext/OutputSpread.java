// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import java.util.Arrays;
import java.util.List;

/**
 * How much each element of a network's output varies over some inputs, which tells what an error
 * means. An element is measured on its own, since one that varies little beside others would
 * otherwise count for nothing. Fewer than {@value #MIN_INPUTS} inputs do not tell that; all
 * elements then have the spread of all together. Immutable.
 */
public final class OutputSpread {
  /** Values of fewer inputs may happen to be alike. */
  static final int MIN_INPUTS = 8;

  /** What part of the mean square is rounding. */
  private static final double ROUNDING = 1e-9;

  private final double[] squaredSpreads;

  private OutputSpread(double[] squaredSpreads) {
    this.squaredSpreads = squaredSpreads;
  }

  /**
   * Measures outputs.
   *
   * @param outputs by input, all of one length; at least one
   */
  public static OutputSpread of(List<float[]> outputs) {
    int elementCount = outputs.get(0).length;
    double[] sums = new double[elementCount];
    double[] squares = new double[elementCount];
    for (float[] output : outputs) {
      for (int i = 0; i < elementCount; i++) {
        sums[i] += output[i];
        squares[i] += (double) output[i] * output[i];
      }
    }
    int count = outputs.size();
    double all =
        squaredSpread(
            Arrays.stream(sums).sum(), Arrays.stream(squares).sum(), (double) count * elementCount);
    double usual = all > 0 ? all : 1;
    double[] spreads = new double[elementCount];
    for (int i = 0; i < elementCount; i++) {
      double own = count < MIN_INPUTS ? 0 : squaredSpread(sums[i], squares[i], count);
      spreads[i] = own > 0 ? own : usual;
    }
    return new OutputSpread(spreads);
  }

  /** Returns the variance, or the mean square of what does not vary. */
  private static double squaredSpread(double sum, double squares, double count) {
    double meanSquare = squares / count;
    double variance = meanSquare - sum / count * (sum / count);
    return variance > ROUNDING * meanSquare ? variance : meanSquare;
  }

  /**
   * Returns the square of an output's error, in parts of the spread of its elements, summed.
   *
   * @param expected an output
   * @param found the same with errors
   */
  public double squaredError(float[] expected, float[] found) {
    double sum = 0;
    for (int i = 0; i < squaredSpreads.length; i++) {
      double error = (double) found[i] - expected[i];
      sum += error * error / squaredSpreads[i];
    }
    return sum;
  }

  /**
   * Returns the root of the mean over all elements of some inputs.
   *
   * @param squaredErrors sum of {@link #squaredError} over these inputs
   * @param inputCount number of these inputs
   */
  public double rootMean(double squaredErrors, int inputCount) {
    return Math.sqrt(squaredErrors / inputCount / squaredSpreads.length);
  }
}
