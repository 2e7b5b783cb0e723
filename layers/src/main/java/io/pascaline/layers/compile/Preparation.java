// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.activation.ActivationBasis;
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
    return helpReadersOfSums(narrowFactors(rescaleWideInputs(lowered)));
  }

  /**
   * Puts a rescale before each input of a linear layer or product at the scale of their outputs.
   */
  private static List<Stage> rescaleWideInputs(List<Stage> lowered) {
    List<Stage> stages = lowered;
    int at = 0;
    while (at < stages.size()) {
      int wide = wideInput(stages, at);
      if (wide >= 0) {
        stages = withRescaleBefore(stages, at, wide, 0);
        at = 0;
      } else {
        at++;
      }
    }
    return stages;
  }

  /** Returns an input that a linear layer or product cannot multiply as it is, or -1. */
  private static int wideInput(List<Stage> stages, int i) {
    Stage stage = stages.get(i);
    if (stage instanceof Stage.Linear || stage instanceof Stage.Product) {
      boolean[] wide = ScaleAssignment.wide(stages);
      for (int input : stage.inputs()) {
        if (wide[input]) {
          return input;
        }
      }
    }
    return -1;
  }

  /**
   * Lets the factors of each product have so few bits that the product stays below 2^30: sums and
   * averages as factors are rescaled, and where that is not enough, the smaller factor is rescaled
   * to fewer bits.
   */
  private List<Stage> narrowFactors(List<Stage> wideRescaled) {
    List<Stage> stages = wideRescaled;
    for (int i = 1; i < stages.size(); i++) {
      if (stages.get(i) instanceof Stage.Product) {
        int count = stages.size();
        stages = narrowed(stages, i);
        i += stages.size() - count;
      }
    }
    return stages;
  }

  private List<Stage> narrowed(List<Stage> before, int index) {
    List<Stage> stages = before;
    int i = index;
    for (int port = 0; port < 2; port++) {
      int factor = stages.get(i).inputs().get(port);
      if (stages.get(factor).isLocal()) {
        stages = withRescaleBefore(stages, i, factor, 0);
        i++;
      }
    }
    int excess = 2 * settings.fractionBits() - fittingBits(stages, i);
    if (excess <= 0) {
      return stages;
    }
    if (excess > settings.fractionBits() / 2) {
      throw new ModelCompileException(
          "product '"
              + stages.get(i).tensor()
              + "' reaches "
              + calibration.largest(stages.get(i).tensor())
              + ", too much for its factors' fraction bits: "
              + ModelCompileException.TOO_LARGE);
    }
    return withRescaleBefore(stages, i, stages.get(i).inputs().get(1), excess);
  }

  /** Returns how many fraction bits a product can have, for itself and sums and averages of it. */
  private int fittingBits(List<Stage> stages, int product) {
    int[] group = ScaleAssignment.groups(stages);
    double reach = 0;
    for (int i = product; i < stages.size(); i++) {
      if (group[i] == group[product] && !(stages.get(i) instanceof Stage.Linear)) {
        int area = stages.get(i) instanceof Stage.Pool pool ? pool.window().area() : 1;
        reach = Math.max(reach, area * calibration.largest(stages.get(i).tensor()));
      }
    }
    double limit = settings.safetyFactor() * reach;
    return new Scale(0, 1).tightest(limit, ScaleAssignment.MAX_FRACTION_BITS).fractionBits();
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
    if (stage instanceof Stage.Linear linear && stages.get(input).isLocal()) {
      int missing = settings.preferredWeightBits() - weightBits(linear, i, scales);
      if (missing > 0) {
        int spare = spareBits(stages, input, missing);
        return spare > 0
            ? withSpareBits(stages, input, spare)
            : withRescaleBefore(stages, i, input, 0);
      }
    }
    boolean rigid = stage instanceof Stage.Harmonic;
    if (stage instanceof Stage.Activation activation) {
      ActivationBasis basis = activation.basisOrNull();
      rigid = basis != null && !(basis instanceof PolynomialBasis);
    }
    return rigid && scales[input].divisor() > 1 ? withRescaleBefore(stages, i, input, 0) : stages;
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
    if (!(stages.get(below) instanceof Stage.Narrowing activation)) {
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
    Stage.Narrowing activation = (Stage.Narrowing) stages.get(below);
    List<Stage> result = new ArrayList<>(stages);
    result.set(below, activation.withSpareBits(spareBits));
    return result;
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
   *
   * @param wide the input that is rescaled
   * @param spareBits of the rescale; one that has some is read by the reader's last input alone
   */
  private static List<Stage> withRescaleBefore(
      List<Stage> stages, int reader, int wide, int spareBits) {
    List<Stage> result = new ArrayList<>(stages.subList(0, wide + 1));
    Stage source = stages.get(wide);
    result.add(
        new Stage.Activation(source.tensor(), List.of(wide), source.shape(), null, spareBits));
    for (int i = wide + 1; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      List<Integer> inputs = new ArrayList<>();
      for (int port = 0; port < stage.inputs().size(); port++) {
        int input = stage.inputs().get(port);
        boolean redirected =
            spareBits == 0
                ? i == reader || stage instanceof Stage.Linear
                : i == reader && port == stage.inputs().size() - 1;
        boolean later = input > wide || (input == wide && redirected);
        inputs.add(later ? input + 1 : input);
      }
      result.add(stage.withInputs(inputs));
    }
    return result;
  }
}
