// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.approximate.Approximator;
import io.pascaline.layers.approximate.InputHistogram;
import io.pascaline.layers.graph.MaxTournament;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEngine;
import io.pascaline.layers.plaintext.PlaintextEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns a trained network into a plan of the fused suite and integer weights.
 *
 * <p>Tensors that linear layers read have the fraction bits of the settings. A linear layer's
 * output (and what sums and pools make of it) is as fine as its range allows: 2^30 holds the safety
 * factor times the largest value seen in calibration. The activation after it brings it back to
 * small words. Where no activation stands between two linear layers, a rescale (the identity as an
 * activation) is put there, which costs one round.
 *
 * <p>Layers whose values are tiny or huge are first brought to a common scale, where nothing but
 * linear layers can tell. Maxima become ReLUs of differences. In the place of a function that is
 * neither polynomial nor trigonometric come lines with harmonics of the ring, as the settings say
 * ({@link Approximation}). Harmonics that a network brings along stay what they are.
 *
 * <p>Stateless and thread-safe; deterministic: equal input gives equal output on every machine with
 * the engine of {@link #compile(NetworkGraph, List, FusedSettings)}, and on one machine with
 * others.
 */
public final class FusedCompiler {

  private FusedCompiler() {}

  /**
   * Compiles a network.
   *
   * @param given the network in float
   * @param calibrationInputs typical inputs, at least one; the more typical, the better the bounds
   * @param settings the choices
   * @return the network, with warnings where little margin is left
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change
   */
  public static FusedNetwork compile(
      NetworkGraph given, List<float[]> calibrationInputs, FusedSettings settings) {
    return compile(given, calibrationInputs, settings, new FloatEngine());
  }

  /**
   * Compiles a network.
   *
   * @param given the network in float
   * @param calibrationInputs typical inputs, at least one; the more typical, the better the bounds
   * @param settings the choices
   * @param engine runs the network on them
   * @return the network, with warnings where little margin is left
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change
   */
  public static FusedNetwork compile(
      NetworkGraph given,
      List<float[]> calibrationInputs,
      FusedSettings settings,
      PlaintextEngine engine) {
    boolean approximates = settings.approximation().mode() != Approximation.Mode.OFF;
    NetworkGraph graph =
        Calibration.evened(
            approximates ? MaxTournament.in(given) : given, calibrationInputs, engine);
    List<Stage> asGiven = Lowering.lower(graph);
    asGiven.forEach(stage -> requireEvaluable(stage, settings.approximation()));
    Map<String, InputHistogram> histograms = histograms(asGiven, settings.approximation());
    Set<String> tensors = asGiven.stream().map(Stage::tensor).collect(Collectors.toSet());
    Calibration calibration = Calibration.of(graph, calibrationInputs, tensors, histograms, engine);
    ApproximatedNetwork approximated =
        histograms.isEmpty()
            ? new ApproximatedNetwork(graph, List.of(), 0)
            : approximated(graph, calibrationInputs, histograms, settings, engine);
    List<Stage> lowered =
        HarmonicRings.widened(
            Lowering.lower(approximated.graph()), calibration, settings.safetyFactor());
    List<Stage> stages = new RescaleInsertion(calibration, settings).insert(lowered);
    Scale[] scales = ScaleAssignment.assign(stages, calibration, settings);
    return new FusedEmission(approximated, stages, scales, calibration, settings).emit();
  }

  /** Empty histograms for all functions that are to be approximated, by their tensors. */
  private static Map<String, InputHistogram> histograms(
      List<Stage> stages, Approximation approximation) {
    Map<String, InputHistogram> histograms = new HashMap<>();
    for (Stage stage : stages) {
      boolean isFunction = stage instanceof Stage.Relu || stage instanceof Stage.Function;
      if (isFunction && approximation.mode() != Approximation.Mode.OFF) {
        histograms.put(stage.tensor(), new InputHistogram(stage.shape().dim(0)));
      }
    }
    return histograms;
  }

  private static ApproximatedNetwork approximated(
      NetworkGraph graph,
      List<float[]> calibrationInputs,
      Map<String, InputHistogram> histograms,
      FusedSettings settings,
      PlaintextEngine engine) {
    try {
      return Approximator.approximate(
          graph,
          calibrationInputs,
          histograms,
          settings.safetyFactor(),
          settings.approximation(),
          engine);
    } catch (IllegalArgumentException e) {
      throw new ModelCompileException(
          "a function cannot be approximated: "
              + e.getMessage()
              + "; normalise its input or train with another function");
    }
  }

  private static void requireEvaluable(Stage stage, Approximation approximation) {
    boolean off = approximation.mode() == Approximation.Mode.OFF;
    if (off && stage instanceof Stage.Relu) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "' (Relu): without approximation the fused suite evaluates polynomials only; run"
              + " the exact ReLU with --suite classic, approximate it with --approximate auto, or"
              + " replace it with a polynomial by --replace-relu poly4 (train with it: the"
              + " answers change)");
    }
    if (off && stage instanceof Stage.Function) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "': without approximation the fused suite evaluates polynomials and trigonometric"
              + " functions only; approximate it with --approximate auto, or train with one of"
              + " them");
    }
    if (stage instanceof Stage.MaxPool) {
      throw new ModelCompileException(
          "node '"
              + stage.tensor()
              + "' (MaxPool): without approximation the fused suite has no comparison; run it with"
              + " --suite classic, approximate it with --approximate auto, or train with average"
              + " pooling (AveragePool)");
    }
  }
}
