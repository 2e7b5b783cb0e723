// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How much the outputs of a network change when functions are approximated: the root of the mean
 * square of the differences, in parts of the outputs' standard deviation over all inputs and
 * elements.
 */
final class OutputEffect {
  private final FloatEvaluator evaluator;
  private final List<float[]> inputs;
  private final List<float[]> outputs = new ArrayList<>();
  private final double deviation;

  /** Runs the network on all inputs. */
  OutputEffect(NetworkGraph graph, List<float[]> inputs) {
    this.evaluator = new FloatEvaluator(graph);
    this.inputs = inputs;
    inputs.forEach(input -> outputs.add(evaluator.run(input)));
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
    FloatEvaluator other = new FloatEvaluator(approximated);
    double squares = 0;
    for (int i = 0; i < inputs.size(); i++) {
      squares += squares(other.run(inputs.get(i)), outputs.get(i));
    }
    return relative(squares);
  }

  /** Returns the effect of each layer's approximation alone. */
  double[] ofEach(List<LayerApproximation> layers) {
    double[] squares = new double[layers.size()];
    for (int i = 0; i < inputs.size(); i++) {
      Map<String, float[]> tensors = evaluator.runAll(inputs.get(i));
      for (int k = 0; k < squares.length; k++) {
        LayerApproximation layer = layers.get(k);
        float[] value =
            FloatEvaluator.apply(layer.node(), tensors.get(layer.node().inputs().get(0)));
        squares[k] += squares(evaluator.runFrom(tensors, layer.layer(), value), outputs.get(i));
      }
    }
    double[] effects = new double[squares.length];
    for (int k = 0; k < effects.length; k++) {
      effects[k] = relative(squares[k]);
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
