// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.ScalarFunction;
import java.util.List;

/**
 * What stands in the place of the functions of one layer.
 *
 * @param functions what the model has: one, or one for each channel
 * @param node what takes its place
 * @param histogram of the inputs in calibration
 * @param rmsError the root of the mean square of the error over the calibration inputs
 * @param largestError the largest magnitude of the error within the calibrated ranges
 * @param rmsOutput the root of the mean square of the function over the calibration inputs
 * @param expectedEffect about how large the error of the network's outputs by this layer alone is,
 *     in the same sense as {@link Approximation#budget}; NaN if it was not measured
 */
public record LayerApproximation(
    List<ScalarFunction> functions,
    HarmonicNode node,
    InputHistogram histogram,
    double rmsError,
    double largestError,
    double rmsOutput,
    double expectedEffect) {
  private static final int BYTES_PER_TERM = 16;

  /** Copies the list. */
  public LayerApproximation {
    functions = List.copyOf(functions);
  }

  /** Returns the name of the layer's tensor. */
  public String layer() {
    return node.name();
  }

  /** Returns the number of harmonics. */
  public int harmonicCount() {
    return node.function().harmonicCount();
  }

  /** Returns the largest magnitude of the inputs in calibration. */
  public double range() {
    return histogram.largest();
  }

  /** Returns the correction of one element: 16 bytes for each harmonic and for a slope. */
  public int correctionBytesPerElement() {
    return BYTES_PER_TERM * (harmonicCount() + (node.function().hasSlope() ? 1 : 0));
  }
}
