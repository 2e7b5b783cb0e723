// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.Activation;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceMaxPool;
import io.pascaline.layers.graph.ReplaceRelu;
import java.util.List;
import java.util.Optional;

/** A network made to fit a way of evaluating activations, whatever it was trained with. */
final class TimingNetwork {
  private TimingNetwork() {}

  /**
   * Compiles a network. Polynomial protocols take the published quartic in place of each ReLU and
   * an average in place of each maximum, as timing runs do.
   *
   * @param approximation of ReLU in the fused suite; empty for the quartic
   */
  static CompiledNetwork compile(
      Activation activation,
      NetworkGraph graph,
      List<float[]> typicalInputs,
      Optional<Approximation> approximation) {
    if (activation == Activation.RELU) {
      return ClassicCompiler.compile(graph, typicalInputs, ClassicSettings.standard());
    }
    if (activation == Activation.FUSED && approximation.isPresent()) {
      return FusedCompiler.compile(
          graph, typicalInputs, FusedSettings.standard().withApproximation(approximation.get()));
    }
    NetworkGraph polynomial =
        ReplaceMaxPool.withAverage(ReplaceRelu.with(graph, ReplaceRelu.POLY4));
    if (activation == Activation.FUSED) {
      return FusedCompiler.compile(polynomial, typicalInputs, FusedSettings.standard());
    }
    return ClassicCompiler.compile(
        polynomial, typicalInputs, ClassicSettings.standard().withProtocol(activation.protocol()));
  }
}
