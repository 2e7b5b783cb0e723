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
 * The rounding error of a network's answers in a suite's fixed point, measured on a few inputs. It
 * includes errors that cancel and errors that a later layer amplifies; an estimate of each layer
 * alone does not. Stateless.
 */
public final class RoundingError {
  private static final int MAX_INPUTS = 4;

  /** Of all inputs together, unless one alone needs more: some seconds. */
  private static final long MAX_MULTIPLY_ADDS = 1L << 30;

  private RoundingError() {}

  /**
   * Runs the compiled network in fixed point and in floating point. Errors of approximated
   * functions are not included.
   *
   * @param network the compiled network
   * @param graph what it was compiled from
   * @param inputs typical ones, at least one; the first of them are run
   * @return the root mean square of the error over all elements, divided by the standard deviation
   *     of the answers; divided by their root mean square if they do not vary; 0 if they are 0
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
