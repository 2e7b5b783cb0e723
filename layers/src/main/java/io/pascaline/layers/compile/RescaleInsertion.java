// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.ArrayList;
import java.util.List;

/**
 * Inserts rescales into stages, so that every stage can work with the words of its inputs. A
 * rescale is an activation without a function: it takes one message round, and its output is
 * narrow.
 *
 * <ol>
 *   <li>Linear layers and products cannot read wide words ({@link ScaleAssignment#wide}).
 *   <li>Products must stay below 2^30; their factors are rescaled to fewer bits.
 *   <li>Linear layers that read sums or averages may lack bits for their weights, and some
 *       functions cannot take up the divisor of an average. Where accuracy allows, the activation
 *       below an average has fewer fraction bits instead.
 * </ol>
 */
final class RescaleInsertion {
  private final Calibration calibration;
  private final FusedSettings settings;

  RescaleInsertion(Calibration calibration, FusedSettings settings) {
    this.calibration = calibration;
    this.settings = settings;
  }

  /** Returns the stages with the rescales that they need. */
  List<Stage> insert(List<Stage> lowered) {
    List<Stage> withNarrowInputs = rescaleWideInputs(lowered);
    List<Stage> withNarrowFactors = rescaleFactors(withNarrowInputs);
    return rescaleSums(withNarrowFactors);
  }

  /** Rescales each wide input of a linear layer or product. */
  private static List<Stage> rescaleWideInputs(List<Stage> lowered) {
    List<Stage> stages = lowered;
    int at = 0;
    while (at < stages.size()) {
      int wide = wideInput(stages, at);
      if (wide >= 0) {
        stages = rescaledForReader(stages, at, wide);
        at = 0;
      } else {
        at++;
      }
    }
    return stages;
  }

  /** Returns a wide input of a linear layer or product, or -1. */
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
  private List<Stage> rescaleFactors(List<Stage> withNarrowInputs) {
    List<Stage> stages = withNarrowInputs;
    for (int i = 1; i < stages.size(); i++) {
      if (stages.get(i) instanceof Stage.Product) {
        int count = stages.size();
        stages = factorsRescaled(stages, i);
        i += stages.size() - count;
      }
    }
    return stages;
  }

  private List<Stage> factorsRescaled(List<Stage> before, int index) {
    List<Stage> stages = before;
    int i = index;
    for (int port = 0; port < 2; port++) {
      int factor = stages.get(i).inputs().get(port);
      if (stages.get(factor).isLocal()) {
        stages = rescaledForReader(stages, i, factor);
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
    return rescaledForSecondFactor(stages, i, excess);
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
   * Rescales sums and averages that their readers cannot use well, one at a time: readers are
   * linear layers whose weights would be coarse, and functions that cannot take up a divisor.
   */
  private List<Stage> rescaleSums(List<Stage> withNarrowFactors) {
    List<Stage> stages = withNarrowFactors;
    Scale[] scales = ScaleAssignment.assign(stages, calibration, settings);
    int i = 1;
    while (i < stages.size()) {
      List<Stage> changed =
          stages.get(i) instanceof Stage.Linear linear
              ? withWeightBits(stages, scales, i, linear)
              : withoutDivisor(stages, scales, i);
      if (changed == stages) {
        i++;
      } else {
        stages = changed;
        scales = ScaleAssignment.assign(stages, calibration, settings);
        i = 1;
      }
    }
    return stages;
  }

  /**
   * Changes the sum that a linear layer reads, if the layer lacks preferred bits of its weights.
   */
  private List<Stage> withWeightBits(
      List<Stage> stages, Scale[] scales, int i, Stage.Linear linear) {
    int input = linear.inputs().get(0);
    int missing = settings.weightBits().preferred() - ScaleAssignment.weightBits(linear, i, scales);
    if (!stages.get(input).isLocal() || missing <= 0) {
      return stages;
    }
    int spare = spareBits(stages, input, missing);
    return spare > 0 ? withSpareBits(stages, input, spare) : rescaledForReader(stages, i, input);
  }

  /** Rescales the input of a function that cannot take up the input's divisor, if it has one. */
  private static List<Stage> withoutDivisor(List<Stage> stages, Scale[] scales, int i) {
    Stage function = stages.get(i);
    int input = function.inputs().get(0);
    return scales[input].divisor() > 1 && !takesUpDivisor(function)
        ? rescaledForReader(stages, i, input)
        : stages;
  }

  /**
   * Returns whether a stage works for an input with a divisor: a polynomial's coefficients can be
   * scaled, but harmonics and other functions need the input itself.
   */
  private static boolean takesUpDivisor(Stage stage) {
    if (stage instanceof Stage.Activation activation) {
      ActivationBasis basis = activation.basisOrNull();
      return basis == null || basis instanceof PolynomialBasis;
    }
    return !(stage instanceof Stage.Harmonic);
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

  /** Says which inputs of stages read a rescale instead of what is rescaled. */
  @FunctionalInterface
  private interface Redirection {
    boolean applies(int reader, int port);
  }

  /** Returns the stages with a rescale of a reader's input; all linear layers read it as well. */
  private static List<Stage> rescaledForReader(List<Stage> stages, int reader, int input) {
    return withRescale(
        stages, input, 0, (i, port) -> i == reader || stages.get(i) instanceof Stage.Linear);
  }

  /**
   * Returns the stages with a rescale of a product's second factor, which nothing else reads.
   *
   * @param spareBits fewer fraction bits of the rescale than the settings say
   */
  private static List<Stage> rescaledForSecondFactor(
      List<Stage> stages, int product, int spareBits) {
    int factor = stages.get(product).inputs().get(1);
    return withRescale(stages, factor, spareBits, (i, port) -> i == product && port == 1);
  }

  /**
   * Returns the stages with a rescale after one of them.
   *
   * @param rescaled the stage whose output is rescaled
   * @param spareBits of the rescale
   * @param redirection by the indices of the stages as given
   */
  private static List<Stage> withRescale(
      List<Stage> stages, int rescaled, int spareBits, Redirection redirection) {
    List<Stage> result = new ArrayList<>(stages.subList(0, rescaled + 1));
    Stage source = stages.get(rescaled);
    result.add(
        new Stage.Activation(source.tensor(), List.of(rescaled), source.shape(), null, spareBits));
    for (int i = rescaled + 1; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      List<Integer> inputs = new ArrayList<>();
      for (int port = 0; port < stage.inputs().size(); port++) {
        int input = stage.inputs().get(port);
        boolean moved = input > rescaled || (input == rescaled && redirection.applies(i, port));
        inputs.add(moved ? input + 1 : input);
      }
      result.add(stage.withInputs(inputs));
    }
    return result;
  }
}
