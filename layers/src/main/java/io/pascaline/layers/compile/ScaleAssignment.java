// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.RingPeriod;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses the fraction bits of every stage's output. Linear layers have a choice; everything that
 * is made from their outputs without a message (sums, pools) follows, so the choice is made for all
 * connected ones together: as fine as the largest value among them allows.
 */
final class ScaleAssignment {
  /**
   * The most fraction bits of any stage. The bound is 2^30 units, so with more it would be narrower
   * than one real unit, and values beyond calibration must have some room.
   */
  static final int MAX_FRACTION_BITS = 30;

  private static final int MIN_FRACTION_BITS = -30;

  private final List<Stage> stages;
  private final Calibration calibration;
  private final FusedSettings settings;
  private final boolean[] wide;
  private final int[] group;

  /** The most fraction bits of each stage's output, by the harmonics that read it. */
  private final int[] most;

  private final Scale[] scales;

  private ScaleAssignment(List<Stage> stages, Calibration calibration, FusedSettings settings) {
    this.stages = stages;
    this.calibration = calibration;
    this.settings = settings;
    this.wide = wide(stages);
    this.group = groups(stages);
    this.most = most(stages);
    this.scales = new Scale[stages.size()];
  }

  /** Returns the scale of each stage's output. */
  static Scale[] assign(List<Stage> stages, Calibration calibration, FusedSettings settings) {
    ScaleAssignment assignment = new ScaleAssignment(stages, calibration, settings);
    assignment.run();
    return assignment.scales;
  }

  /**
   * Returns which stages are wide. A stage is wide if its output is that of a linear layer or of a
   * product, or if it is local and one of its inputs is wide. Wide words have the fraction bits of
   * both factors and can reach 2^30, so they cannot be multiplied again. All others are narrow: of
   * the settings' fraction bits or fewer, as a rescale or a function makes them.
   */
  static boolean[] wide(List<Stage> stages) {
    boolean[] wide = new boolean[stages.size()];
    for (int i = 0; i < wide.length; i++) {
      Stage stage = stages.get(i);
      wide[i] = stage instanceof Stage.Linear || stage instanceof Stage.Product;
      if (stage.isLocal()) {
        for (int input : stage.inputs()) {
          wide[i] |= wide[input];
        }
      }
    }
    return wide;
  }

  /**
   * Returns the most fraction bits of each stage's output. A harmonic stage limits those of its
   * input: with more of them, the ring would be shorter than the stage's period.
   */
  private static int[] most(List<Stage> stages) {
    int[] most = new int[stages.size()];
    Arrays.fill(most, Integer.MAX_VALUE);
    for (Stage stage : stages) {
      if (stage instanceof Stage.Harmonic harmonic) {
        int input = harmonic.inputs().get(0);
        most[input] = Math.min(most[input], RingPeriod.fractionBitsOf(harmonic.period()));
      }
    }
    return most;
  }

  /** Returns the bits of the largest weight word, without sign; 32 if all weights are zero. */
  static int weightBits(Stage.Linear linear, int index, Scale[] scales) {
    Scale input = scales[linear.inputs().get(0)];
    double largest = linear.largestWeight() / input.divisor();
    if (largest == 0) {
      return Integer.SIZE;
    }
    return Math.getExponent(largest) + 1 + scales[index].fractionBits() - input.fractionBits();
  }

  /** Numbers stages so that those connected by local stages have the same number. */
  static int[] groups(List<Stage> stages) {
    int[] group = new int[stages.size()];
    for (int i = 0; i < group.length; i++) {
      group[i] = i;
      Stage stage = stages.get(i);
      if (stage.isLocal()) {
        for (int input : stage.inputs()) {
          int from = group[input];
          for (int k = 0; k < i; k++) {
            group[k] = group[k] == from ? i : group[k];
          }
        }
      }
    }
    return group;
  }

  private void run() {
    for (int i = 0; i < scales.length; i++) {
      if (!wide[i]) {
        scales[i] = derived(i);
        requireRoom(i);
      }
    }
    boolean[] done = new boolean[scales.length];
    for (int i = 0; i < scales.length; i++) {
      if (wide[i] && !done[group[i]]) {
        done[group[i]] = true;
        chooseFor(group[i]);
      }
    }
  }

  private void requireRoom(int i) {
    if (!fits(i)) {
      throw new ModelCompileException(
          "tensor '"
              + stages.get(i).tensor()
              + "' reaches "
              + calibration.largest(stages.get(i).tensor())
              + ", too much for "
              + scales[i]
              + ": "
              + ModelCompileException.TOO_LARGE);
    }
  }

  /** Tries one common scale from fine to coarse, then refines each linear layer by itself. */
  private void chooseFor(int number) {
    int bits = MAX_FRACTION_BITS;
    while (!setAll(number, bits)) {
      bits--;
      if (bits < MIN_FRACTION_BITS) {
        throw new ModelCompileException(
            "the sum '"
                + stages.get(number).tensor()
                + "' has no common scale for its inputs: "
                + ModelCompileException.TOO_LARGE);
      }
    }
    for (int i = 0; i < scales.length; i++) {
      if (group[i] == number && stages.get(i) instanceof Stage.Linear) {
        refine(i, number);
      }
    }
  }

  private boolean setAll(int number, int bits) {
    for (int i = 0; i < scales.length; i++) {
      if (group[i] == number && stages.get(i) instanceof Stage.Linear linear) {
        scales[i] = new Scale(Math.min(bits, finest(linear)), 1);
      }
    }
    return derive(number);
  }

  private void refine(int i, int number) {
    int finest = finest((Stage.Linear) stages.get(i));
    while (scales[i].fractionBits() < finest) {
      Scale before = scales[i];
      scales[i] = new Scale(before.fractionBits() + 1, 1);
      if (!derive(number)) {
        scales[i] = before;
        derive(number);
        return;
      }
    }
  }

  /** Returns the finest scale at which weights and bias words keep below 2^30. */
  private int finest(Stage.Linear linear) {
    Scale input = scales[linear.inputs().get(0)];
    int finest = MAX_FRACTION_BITS;
    double weight = linear.largestWeight() / input.divisor();
    if (weight > 0) {
      finest = Math.min(finest, input.fractionBits() + 29 - Math.getExponent(weight));
    }
    if (linear.largestBias() > 0) {
      finest = Math.min(finest, 29 - Math.getExponent(linear.largestBias()));
    }
    return finest;
  }

  /** Recomputes a group's local stages; says whether all of the group fits. */
  private boolean derive(int number) {
    for (int i = 0; i < scales.length; i++) {
      if (group[i] == number && wide[i]) {
        if (!(stages.get(i) instanceof Stage.Linear)) {
          scales[i] = derived(i);
        }
        if (scales[i] == null || !fits(i)) {
          return false;
        }
      }
    }
    return true;
  }

  private Scale derived(int i) {
    Stage stage = stages.get(i);
    if (stage instanceof Stage.Pool pool) {
      return scales[pool.inputs().get(0)].dividedBy(pool.window().area());
    }
    if (stage.isLocal()) {
      return stage.inputs().stream().map(input -> scales[input]).reduce(Scale::commonWith).get();
    }
    if (stage instanceof Stage.Product product) {
      int first = scales[product.inputs().get(0)].fractionBits();
      return new Scale(first + scales[product.inputs().get(1)].fractionBits(), 1);
    }
    int spare = stage instanceof Stage.Narrowing activation ? activation.spareBits() : 0;
    return new Scale(settings.fractionBits() - spare, 1);
  }

  private boolean fits(int i) {
    double largest = calibration.largest(stages.get(i).tensor());
    if (!scales[i].holds(settings.safetyFactor() * largest) || scales[i].fractionBits() > most[i]) {
      return false;
    }
    if (stages.get(i).inputs().size() > 1) {
      for (int input : stages.get(i).inputs()) {
        if (scales[input].multiplierTo(scales[i]) < 1) {
          return false;
        }
      }
    }
    return true;
  }
}
