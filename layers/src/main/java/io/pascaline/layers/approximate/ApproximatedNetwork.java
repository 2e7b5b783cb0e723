// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;

/**
 * A network in which harmonics replace the functions that no protocol computes.
 *
 * @param graph the network; the model's own if no function had to be replaced
 * @param layers the replacements, in the order of the network
 * @param effect the error of the outputs with all replacements, measured on calibration inputs, in
 *     the same unit as {@link Approximation#budget}; NaN if it was not measured
 */
public record ApproximatedNetwork(
    NetworkGraph graph, List<LayerApproximation> layers, double effect) {
  /** Copies the list. */
  public ApproximatedNetwork {
    layers = List.copyOf(layers);
  }
}
