// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;

/**
 * Turns a trained network into a plan of the fused suite and integer weights.
 *
 * <p>Tensors that linear layers read have the fraction bits of the settings. A linear layer's
 * output (and what sums and pools make of it) is as fine as its range allows: 2^30 holds the safety
 * factor times the largest value seen in calibration. The activation after it brings it back to
 * small words. Where no activation stands between two linear layers, a rescale (the identity as an
 * activation) is put there, which costs one round.
 *
 * <p>Stateless and thread-safe; deterministic: equal input gives equal output on every machine.
 */
public final class FusedCompiler {

  private FusedCompiler() {}

  /**
   * Compiles a network.
   *
   * @param graph the network in float
   * @param calibrationInputs typical inputs, at least one; the more typical, the better the bounds
   * @param settings the choices
   * @return the network, with warnings where little margin is left
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change
   */
  public static FusedNetwork compile(
      NetworkGraph graph, List<float[]> calibrationInputs, FusedSettings settings) {
    List<Stage> lowered = Lowering.lower(graph);
    lowered.forEach(FusedCompiler::requirePolynomial);
    Calibration calibration = Calibration.of(graph, calibrationInputs);
    List<Stage> stages = new Preparation(calibration, settings).prepare(lowered);
    Scale[] scales = ScaleAssignment.assign(stages, calibration, settings);
    return new FusedEmission(graph, stages, scales, calibration, settings).emit();
  }

  private static void requirePolynomial(Stage stage) {
    if (stage instanceof Stage.Relu) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "' (Relu): the fused suite evaluates polynomials only; run the exact ReLU with"
              + " --suite classic, or put a polynomial in its place with --replace-relu poly4"
              + " (train with it: the answers change)");
    }
    if (stage instanceof Stage.Function) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "': the fused suite evaluates polynomials and trigonometric functions only; train"
              + " with one of them");
    }
    if (stage instanceof Stage.MaxPool) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "' (MaxPool): the fused suite has no comparison; run it with --suite classic, or"
              + " train with average pooling (AveragePool)");
    }
  }
}
