// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How far a suite's fixed point moves the answers of a network, measured on a few inputs: errors of
 * all layers together, with those that cancel and those that a later layer enlarges, which no
 * estimate layer by layer sees. Stateless.
 */
public final class RoundingError {
  private static final int MAX_INPUTS = 4;

  /** Of all inputs together, unless one alone needs more: some seconds. */
  private static final long MAX_MULTIPLY_ADDS = 1L << 30;

  private RoundingError() {}

  /**
   * Runs the compiled network and its meaning in floating point. What approximations of functions
   * do is not counted.
   *
   * @param network the compiled network
   * @param graph what it was compiled from
   * @param inputs typical ones, at least one; the first of them are run
   * @return the error over what the answers vary by, as root mean squares over all elements; over
   *     their size if they do not vary; 0 if they are 0
   */
  public static double of(CompiledNetwork network, NetworkGraph graph, List<float[]> inputs) {
    long affordable = MAX_MULTIPLY_ADDS / Math.max(1, graph.multiplyAdds());
    int count = (int) Math.max(1, Math.min(affordable, Math.min(MAX_INPUTS, inputs.size())));
    UnaryOperator<float[]> compiled;
    NetworkGraph meaning = graph;
    if (network instanceof ClassicNetwork classic) {
      compiled = new ClassicEvaluator(classic)::infer;
    } else {
      FusedNetwork fused = (FusedNetwork) network;
      compiled = new FusedEvaluator(fused)::infer;
      meaning = fused.approximated().map(ApproximatedNetwork::graph).orElse(graph);
    }
    FloatEvaluator evaluator = new FloatEvaluator(meaning);
    double sum = 0;
    double squares = 0;
    double errors = 0;
    double elements = (double) count * graph.outputShape().elementCount();
    for (float[] input : inputs.subList(0, count)) {
      float[] expected = evaluator.run(input);
      float[] found = compiled.apply(input);
      for (int i = 0; i < expected.length; i++) {
        double error = (double) found[i] - expected[i];
        sum += expected[i];
        squares += (double) expected[i] * expected[i];
        errors += error * error;
      }
    }
    double variance = (squares - sum * sum / elements) / elements;
    double scale = variance > squares / elements * 1e-9 ? variance : squares / elements;
    return errors == 0 ? 0 : Math.sqrt(errors / elements / scale);
  }
}
