// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;

/**
 * A network with harmonics in the place of functions that no protocol computes.
 *
 * @param graph the network; the model's own if there was nothing to replace
 * @param layers what was replaced, in the order of the network
 * @param effect the error of the outputs of all replacements together, measured on calibration
 *     inputs, in the same sense as {@link Approximation#budget}; NaN if it was not measured
 */
public record ApproximatedNetwork(
    NetworkGraph graph, List<LayerApproximation> layers, double effect) {
  /** Copies the list. */
  public ApproximatedNetwork {
    layers = List.copyOf(layers);
  }
}
