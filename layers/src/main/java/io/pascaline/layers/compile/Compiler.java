package io.pascaline.layers.compile;

import io.pascaline.layers.graph.NetworkGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a trained network into a plan and integer weights.
 *
 * <p>Tensors that linear layers read have the fraction bits of the settings. A linear layer's
 * output (and what sums and pools make of it) is as fine as its range allows: 2^30 holds the safety
 * factor times the largest value seen in calibration. The activation after it brings it back to
 * small words. Where no activation stands between two linear layers, a rescale (the identity as an
 * activation) is put there, at the price of one exchange.
 *
 * <p>Stateless and thread-safe; deterministic: equal input gives equal output on every machine.
 */
public final class Compiler {

  private Compiler() {}

  /**
   * Compiles a network.
   *
   * @param graph the network in float.
   * @param calibrationInputs typical inputs, at least one; the more typical, the better the bounds.
   * @param settings the choices.
   * @return the network, with warnings where little margin is left.
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change.
   */
  public static QuantisedNetwork compile(
      NetworkGraph graph, List<float[]> calibrationInputs, CompilerSettings settings) {
    final Calibration calibration = Calibration.of(graph, calibrationInputs);
    List<Stage> stages = rescaleWideInputs(Lowering.lower(graph));
    Scale[] scales = ScaleAssignment.assign(stages, calibration, settings);
    int coarse = coarseLinear(stages, scales, settings);
    while (coarse >= 0) {
      stages = withRescaleAfter(stages, stages.get(coarse).inputs().get(0));
      scales = ScaleAssignment.assign(stages, calibration, settings);
      coarse = coarseLinear(stages, scales, settings);
    }
    return new Emission(graph, stages, scales, calibration, settings).emit();
  }

  /** Puts a rescale between each linear layer and an input at the scale of linear outputs. */
  private static List<Stage> rescaleWideInputs(List<Stage> lowered) {
    List<Stage> stages = lowered;
    for (int i = 0; i < stages.size(); i++) {
      final int input = wideInput(stages, i);
      if (input >= 0) {
        stages = withRescaleAfter(stages, input);
        i = 0;
      }
    }
    return stages;
  }

  private static int wideInput(List<Stage> stages, int i) {
    if (!(stages.get(i) instanceof Stage.Linear linear)) {
      return -1;
    }
    final int input = linear.inputs().get(0);
    return ScaleAssignment.wide(stages)[input] ? input : -1;
  }

  /** A linear layer whose weights would be coarse because it reads sums; -1 if there is none. */
  private static int coarseLinear(List<Stage> stages, Scale[] scales, CompilerSettings settings) {
    for (int i = 0; i < scales.length; i++) {
      if (stages.get(i) instanceof Stage.Linear linear
          && isLocal(stages.get(linear.inputs().get(0)))
          && weightBits(linear, i, scales) < settings.preferredWeightBits()) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isLocal(Stage stage) {
    return stage instanceof Stage.Pool || stage instanceof Stage.Join;
  }

  /** Bits of the largest weight word, without sign; a layer of zeros has as many as one likes. */
  static int weightBits(Stage.Linear linear, int index, Scale[] scales) {
    final Scale input = scales[linear.inputs().get(0)];
    final double largest = linear.largestWeight() / input.divisor();
    if (largest == 0) {
      return Integer.SIZE;
    }
    return Math.getExponent(largest) + 1 + scales[index].fractionBits() - input.fractionBits();
  }

  /** The stages with a rescale after one of them, which linear layers read from then on. */
  private static List<Stage> withRescaleAfter(List<Stage> stages, int wide) {
    final List<Stage> result = new ArrayList<>(stages.subList(0, wide + 1));
    final Stage source = stages.get(wide);
    result.add(new Stage.Activation(source.tensor(), List.of(wide), source.shape(), null));
    final Map<Integer, Integer> moved = new HashMap<>();
    for (int i = 0; i < stages.size(); i++) {
      moved.put(i, i <= wide ? i : i + 1);
    }
    for (int i = wide + 1; i < stages.size(); i++) {
      final Stage stage = stages.get(i);
      final boolean linear = stage instanceof Stage.Linear;
      final List<Integer> inputs = new ArrayList<>();
      for (final int input : stage.inputs()) {
        inputs.add(linear && input == wide ? wide + 1 : moved.get(input));
      }
      result.add(stage.withInputs(inputs));
    }
    return result;
  }
}
