// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.PlaintextEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The change of a network's outputs when functions are approximated: the root mean square of the
 * differences, divided by the outputs' standard deviation over all inputs and elements.
 */
final class OutputEffect {
  private final PlaintextEngine engine;
  private final NetworkGraph graph;
  private final List<float[]> inputs;
  private final List<float[]> outputs = new ArrayList<>();
  private final double deviation;

  /** Runs the network on all inputs. */
  OutputEffect(PlaintextEngine engine, NetworkGraph graph, List<float[]> inputs) {
    this.engine = engine;
    this.graph = graph;
    this.inputs = inputs;
    engine.forEachTensor(
        graph,
        inputs,
        Set.of(graph.outputName()),
        (input, tensor, values) -> outputs.add(values.clone()));
    this.deviation = deviation(outputs);
  }

  private static double deviation(List<float[]> outputs) {
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (float[] output : outputs) {
      for (float value : output) {
        sum += value;
        squares += (double) value * value;
        count++;
      }
    }
    double mean = sum / count;
    double variance = squares / count - mean * mean;
    // One output of one input does not vary; its magnitude says as much.
    double usable = variance > squares / count * 1e-9 ? variance : squares / count;
    return usable > 0 ? Math.sqrt(usable) : 1;
  }

  /** Returns the effect of another network's approximations. */
  double of(NetworkGraph approximated) {
    double[] sum = new double[1];
    engine.forEachTensor(
        approximated,
        inputs,
        Set.of(approximated.outputName()),
        (input, tensor, values) -> sum[0] += squares(values, outputs.get(input)));
    return relative(sum[0]);
  }

  /** Returns the effect of each layer when only that layer is approximated. */
  double[] ofEach(List<LayerApproximation> layers) {
    double[] effects = new double[layers.size()];
    float[][] given = new float[1][];
    engine.forEachReplacement(
        graph,
        inputs,
        layers.stream().map(LayerApproximation::node).toList(),
        (input, replacement, output) -> {
          if (replacement == PlaintextEngine.AS_GIVEN) {
            given[0] = output.clone();
          } else {
            effects[replacement] += squares(output, given[0]);
          }
        });
    for (int k = 0; k < effects.length; k++) {
      effects[k] = relative(effects[k]);
    }
    return effects;
  }

  private double relative(double squares) {
    return Math.sqrt(squares / inputs.size() / outputs.get(0).length) / deviation;
  }

  private static double squares(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = one[i] - (double) other[i];
      sum += difference * difference;
    }
    return sum;
  }
}
