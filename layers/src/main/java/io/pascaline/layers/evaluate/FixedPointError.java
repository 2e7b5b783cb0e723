// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plaintext.OutputSpread;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The rounding error of a network's answers in a suite's fixed point, measured on a few inputs. It
 * includes errors that cancel and errors that a later layer amplifies; an estimate of each layer
 * alone does not. Stateless.
 */
public final class FixedPointError {
  /** Enough to tell what each output varies by. */
  private static final int MAX_INPUTS = 8;

  /** Of all inputs together, unless one alone needs more: some seconds. */
  private static final long MAX_MULTIPLY_ADDS = 1L << 30;

  private FixedPointError() {}

  /**
   * Runs the compiled network in fixed point and in floating point. Errors of approximated
   * functions are not included.
   *
   * @param network the compiled network
   * @param graph what it was compiled from
   * @param inputs typical ones, at least one; the first of them are run
   * @return the root mean square of the error over all elements, each divided by the spread of its
   *     element ({@link OutputSpread})
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
    List<float[]> used = inputs.subList(0, count);
    List<float[]> expected = used.stream().map(evaluator::run).toList();
    OutputSpread spread = OutputSpread.of(expected);
    double errors = 0;
    for (int i = 0; i < count; i++) {
      errors += spread.squaredError(expected.get(i), compiled.apply(used.get(i)));
    }
    return spread.rootMean(errors, count);
  }
}
