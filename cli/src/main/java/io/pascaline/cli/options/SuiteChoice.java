// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import java.util.List;
import java.util.Optional;

/** The suite and the protocols that run a network. */
public sealed interface SuiteChoice {

  /** Returns the network, with replacements if there are any. */
  NetworkGraph graph();

  /** Returns whether it differs from the model's network. */
  boolean replaced();

  /** Returns what the user should know and did not ask for. */
  Optional<String> note();

  /** Returns the suite. */
  Suite suite();

  /**
   * Compiles the network.
   *
   * @param typicalInputs from which bounds come
   * @return plan and weights
   * @throws io.pascaline.layers.compile.ModelCompileException if the suite cannot run it
   */
  CompiledNetwork compile(List<float[]> typicalInputs);

  /**
   * The fused suite.
   *
   * @param graph the network, with replacements if there are any
   * @param replaced whether it differs from the model's network
   * @param approximation of functions
   * @param visibility who knows the weights
   * @param note what the user should know and did not ask for
   */
  record Fused(
      NetworkGraph graph,
      boolean replaced,
      Approximation approximation,
      Visibility visibility,
      Optional<String> note)
      implements SuiteChoice {

    /** Returns this choice with weights of another visibility. */
    Fused with(Visibility other) {
      return new Fused(graph, replaced, approximation, other, note);
    }

    @Override
    public Suite suite() {
      return Suite.FUSED;
    }

    @Override
    public CompiledNetwork compile(List<float[]> typicalInputs) {
      FusedSettings settings = FusedSettings.standard().withApproximation(approximation);
      CompiledNetwork network =
          FusedCompiler.compile(graph, typicalInputs, settings, new OnnxRuntimeEngine());
      return visibility == Visibility.SHARED ? network : network.with(visibility);
    }
  }

  /**
   * The classic suite, whose weights are shared.
   *
   * @param graph the network, with replacements if there are any
   * @param replaced whether it differs from the model's network
   * @param settings with the protocols of its layers
   * @param note what the user should know and did not ask for
   */
  record Classic(
      NetworkGraph graph, boolean replaced, ClassicSettings settings, Optional<String> note)
      implements SuiteChoice {

    @Override
    public Suite suite() {
      return Suite.CLASSIC;
    }

    @Override
    public CompiledNetwork compile(List<float[]> typicalInputs) {
      return ClassicCompiler.compile(graph, typicalInputs, settings, new OnnxRuntimeEngine());
    }
  }
}
