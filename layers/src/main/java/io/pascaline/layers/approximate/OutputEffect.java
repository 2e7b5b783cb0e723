// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.OutputSpread;
import io.pascaline.layers.plaintext.PlaintextEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The change of a network's outputs when functions are approximated: the root mean square of the
 * differences, each divided by the spread of its output ({@link OutputSpread}).
 */
final class OutputEffect {
  private final PlaintextEngine engine;
  private final NetworkGraph graph;
  private final List<float[]> inputs;
  private final List<float[]> probes = new ArrayList<>();
  private final List<float[]> outputs = new ArrayList<>();
  private final OutputSpread spread;

  /**
   * Runs the network on all inputs.
   *
   * @param probeCount number of inputs on which the effect of single layers is measured
   */
  OutputEffect(PlaintextEngine engine, NetworkGraph graph, List<float[]> inputs, int probeCount) {
    this.engine = engine;
    this.graph = graph;
    this.inputs = inputs;
    for (int i = 0; i < probeCount; i++) {
      probes.add(inputs.get((int) ((long) i * inputs.size() / probeCount)));
    }
    engine.forEachTensor(
        graph,
        inputs,
        Set.of(graph.outputName()),
        (input, tensor, values) -> outputs.add(values.clone()));
    this.spread = OutputSpread.of(outputs);
  }

  /** Returns the effect of another network's approximations. */
  double of(NetworkGraph approximated) {
    double[] sum = new double[1];
    engine.forEachTensor(
        approximated,
        inputs,
        Set.of(approximated.outputName()),
        (input, tensor, values) -> sum[0] += spread.squaredError(outputs.get(input), values));
    return spread.rootMean(sum[0], inputs.size());
  }

  /** Returns the effect of each layer when only that layer is approximated. */
  double[] ofEach(List<LayerApproximation> layers) {
    double[] effects = new double[layers.size()];
    float[][] given = new float[1][];
    engine.forEachReplacement(
        graph,
        probes,
        layers.stream().map(LayerApproximation::node).toList(),
        (input, replacement, output) -> {
          if (replacement == PlaintextEngine.AS_GIVEN) {
            given[0] = output.clone();
          } else {
            effects[replacement] += spread.squaredError(given[0], output);
          }
        });
    for (int k = 0; k < effects.length; k++) {
      effects[k] = spread.rootMean(effects[k], probes.size());
    }
    return effects;
  }
}
