// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings stages into a form whose every linear layer can have good weights: puts rescales where
 * words would be too large to multiply, and takes bits from where they are not needed.
 */
final class Preparation {
  private final Calibration calibration;
  private final FusedSettings settings;

  Preparation(Calibration calibration, FusedSettings settings) {
    this.calibration = calibration;
    this.settings = settings;
  }

  List<Stage> prepare(List<Stage> lowered) {
    return helpReadersOfSums(rescaleWideInputs(lowered));
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
   * Helps stages that cannot well read sums, one at a time: linear layers whose weights would be
   * coarse, and functions that cannot take up the sums' divisor.
   */
  private List<Stage> helpReadersOfSums(List<Stage> wideRescaled) {
    List<Stage> stages = wideRescaled;
    Scale[] scales = ScaleAssignment.assign(stages, calibration, settings);
    int i = 1;
    while (i < stages.size()) {
      List<Stage> helped = helped(stages, scales, i);
      if (helped == stages) {
        i++;
      } else {
        stages = helped;
        scales = ScaleAssignment.assign(stages, calibration, settings);
        i = 1;
      }
    }
    return stages;
  }

  private List<Stage> helped(List<Stage> stages, Scale[] scales, int i) {
    Stage stage = stages.get(i);
    int input = stage.inputs().get(0);
    if (stage instanceof Stage.Linear linear && isLocal(stages.get(input))) {
      int missing = settings.preferredWeightBits() - weightBits(linear, i, scales);
      if (missing > 0) {
        int spare = spareBits(stages, input, missing);
        return spare > 0 ? withSpareBits(stages, input, spare) : withRescaleBefore(stages, i);
      }
    }
    boolean rigid =
        stage instanceof Stage.Activation activation
            && scales[input].divisor() > 1
            && activation.basisOrNull() != null
            && !(activation.basisOrNull() instanceof PolynomialBasis);
    return rigid ? withRescaleBefore(stages, i) : stages;
  }

  /**
   * Bits that the activation below a pool can do without, so that the weights after the pool have
   * them: averaging over n elements makes independent rounding errors smaller by the square root of
   * n, so half of log2 n bits cost nothing. 0 if that is not enough, or others read the tensors.
   */
  private int spareBits(List<Stage> stages, int pool, int missing) {
    if (!(stages.get(pool) instanceof Stage.Pool average)) {
      return 0;
    }
    int below = average.inputs().get(0);
    if (!(stages.get(below) instanceof Stage.Activation activation)) {
      return 0;
    }
    for (int i = below + 1; i < stages.size(); i++) {
      Stage reader = stages.get(i);
      boolean other = reader.inputs().contains(below) && i != pool;
      if (other || (reader.inputs().contains(pool) && !(reader instanceof Stage.Linear))) {
        return 0;
      }
    }
    int log2 = Integer.SIZE - Integer.numberOfLeadingZeros(average.window().area() - 1);
    int spare = activation.spareBits() + missing;
    boolean enough = 2 * spare <= log2 + 1 && spare < settings.fractionBits();
    return enough ? spare : 0;
  }

  private static List<Stage> withSpareBits(List<Stage> stages, int pool, int spareBits) {
    int below = stages.get(pool).inputs().get(0);
    Stage.Activation activation = (Stage.Activation) stages.get(below);
    List<Stage> result = new ArrayList<>(stages);
    result.set(
        below,
        new Stage.Activation(
            activation.tensor(),
            activation.inputs(),
            activation.shape(),
            activation.basisOrNull(),
            spareBits));
    return result;
  }

  private static boolean isLocal(Stage stage) {
    return stage instanceof Stage.Pool || stage instanceof Stage.Join;
  }

  /** Bits of the largest weight word, without sign; a layer of zeros has as many as one likes. */
  static int weightBits(Stage.Linear linear, int index, Scale[] scales) {
    Scale input = scales[linear.inputs().get(0)];
    double largest = linear.largestWeight() / input.divisor();
    if (largest == 0) {
      return Integer.SIZE;
    }
    return Math.getExponent(largest) + 1 + scales[index].fractionBits() - input.fractionBits();
  }

  /**
   * Returns the stages with a rescale of one stage's input, which other linear layers read as well.
   */
  private static List<Stage> withRescaleBefore(List<Stage> stages, int reader) {
    int wide = stages.get(reader).inputs().get(0);
    List<Stage> result = new ArrayList<>(stages.subList(0, wide + 1));
    Stage source = stages.get(wide);
    result.add(new Stage.Activation(source.tensor(), List.of(wide), source.shape(), null, 0));
    for (int i = wide + 1; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      boolean redirected = i == reader || stage instanceof Stage.Linear;
      List<Integer> inputs = new ArrayList<>();
      for (int input : stage.inputs()) {
        boolean later = input > wide || (input == wide && redirected);
        inputs.add(later ? input + 1 : input);
      }
      result.add(stage.withInputs(inputs));
    }
    return result;
  }
}
