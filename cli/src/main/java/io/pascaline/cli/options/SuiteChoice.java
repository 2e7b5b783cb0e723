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
import io.pascaline.layers.plaintext.PlaintextEngine;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import java.util.List;
import java.util.Optional;

/**
 * The suite and the protocols that run a network.
 *
 * @param graph the network, with replacements if there are any
 * @param replaced whether it differs from the model's network
 * @param settingsOrNull of the classic suite; null for the fused one
 * @param approximation of functions in the fused suite
 * @param visibility who knows the weights
 * @param note what the user should know and did not ask for
 */
public record SuiteChoice(
    NetworkGraph graph,
    boolean replaced,
    ClassicSettings settingsOrNull,
    Approximation approximation,
    Visibility visibility,
    Optional<String> note) {

  /** A choice with shared weights. */
  SuiteChoice(
      NetworkGraph graph,
      boolean replaced,
      ClassicSettings settingsOrNull,
      Approximation approximation,
      Optional<String> note) {
    this(graph, replaced, settingsOrNull, approximation, Visibility.SHARED, note);
  }

  /** Returns this choice with weights of another visibility. */
  SuiteChoice with(Visibility other) {
    return new SuiteChoice(graph, replaced, settingsOrNull, approximation, other, note);
  }

  /** Returns the suite. */
  public Suite suite() {
    return settingsOrNull == null ? Suite.FUSED : Suite.CLASSIC;
  }

  /**
   * Compiles the network.
   *
   * @param typicalInputs from which bounds come
   * @return plan and weights
   * @throws io.pascaline.layers.compile.ModelCompileException if the suite cannot run it
   */
  public CompiledNetwork compile(List<float[]> typicalInputs) {
    PlaintextEngine engine = new OnnxRuntimeEngine();
    CompiledNetwork network =
        settingsOrNull == null
            ? FusedCompiler.compile(
                graph,
                typicalInputs,
                FusedSettings.standard().withApproximation(approximation),
                engine)
            : ClassicCompiler.compile(graph, typicalInputs, settingsOrNull, engine);
    return visibility == Visibility.SHARED ? network : network.with(visibility);
  }
}
