package io.pascaline.layers.compile;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.ArrayList;
import java.util.List;

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
    int reader = inNeedOfRescale(stages, scales, settings);
    while (reader >= 0) {
      stages = withRescaleBefore(stages, reader);
      scales = ScaleAssignment.assign(stages, calibration, settings);
      reader = inNeedOfRescale(stages, scales, settings);
    }
    return new Emission(graph, stages, scales, calibration, settings).emit();
  }

  /** Puts a rescale between each linear layer and an input at the scale of linear outputs. */
  private static List<Stage> rescaleWideInputs(List<Stage> lowered) {
    List<Stage> stages = lowered;
    int at = 0;
    while (at < stages.size()) {
      if (readsWide(stages, at)) {
        stages = withRescaleBefore(stages, at);
        at = 0;
      } else {
        at++;
      }
    }
    return stages;
  }

  private static boolean readsWide(List<Stage> stages, int i) {
    return stages.get(i) instanceof Stage.Linear linear
        && ScaleAssignment.wide(stages)[linear.inputs().get(0)];
  }

  /**
   * A stage that cannot well read sums: a linear layer whose weights would be coarse, or a function
   * that cannot take up the sums' divisor. -1 if there is none.
   */
  private static int inNeedOfRescale(
      List<Stage> stages, Scale[] scales, CompilerSettings settings) {
    for (int i = 1; i < scales.length; i++) {
      final Stage stage = stages.get(i);
      final int input = stage.inputs().get(0);
      final boolean coarse =
          stage instanceof Stage.Linear linear
              && isLocal(stages.get(input))
              && weightBits(linear, i, scales) < settings.preferredWeightBits();
      final boolean rigid =
          stage instanceof Stage.Activation activation
              && scales[input].divisor() > 1
              && activation.basisOrNull() != null
              && !(activation.basisOrNull() instanceof PolynomialBasis);
      if (coarse || rigid) {
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

  /** The stages with a rescale of one stage's input, which other linear layers read as well. */
  private static List<Stage> withRescaleBefore(List<Stage> stages, int reader) {
    final int wide = stages.get(reader).inputs().get(0);
    final List<Stage> result = new ArrayList<>(stages.subList(0, wide + 1));
    final Stage source = stages.get(wide);
    result.add(new Stage.Activation(source.tensor(), List.of(wide), source.shape(), null));
    for (int i = wide + 1; i < stages.size(); i++) {
      final Stage stage = stages.get(i);
      final boolean redirected = i == reader || stage instanceof Stage.Linear;
      final List<Integer> inputs = new ArrayList<>();
      for (final int input : stage.inputs()) {
        final boolean later = input > wide || (input == wide && redirected);
        inputs.add(later ? input + 1 : input);
      }
      result.add(stage.withInputs(inputs));
    }
    return result;
  }
}
