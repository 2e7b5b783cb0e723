// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.ScalarFunction;
import java.util.List;

/**
 * The approximation that replaces the functions of one layer.
 *
 * @param functions functions of the model: one, or one for each channel
 * @param node the node that replaces them
 * @param histogram of the inputs in calibration
 * @param rmsError root mean square of the error over the calibration inputs
 * @param largestError the largest magnitude of the error within the ranges of the fits, where the
 *     function is finite. A channel with few values has a larger range than calibration, since
 *     later values may be larger
 * @param rmsOutput root mean square of the function over the calibration inputs
 * @param expectedEffect estimated error of the network's outputs if only this layer is
 *     approximated, in the same unit as {@link Approximation#budget}; NaN if it was not measured
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
