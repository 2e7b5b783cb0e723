// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.List;

/**
 * Finds trained trigonometric activations whose period is, or can be made, a fraction of the ring:
 * their harmonics then need one representative of the mask, half the correction. A period that is a
 * power of two is such a fraction at once. Any other becomes one if the linear layer that nobody
 * else reads multiplies its weights and bias by a factor.
 */
final class RingFunctions {
  /**
   * An activation as a line with harmonics of the ring.
   *
   * @param factor what the linear layer before multiplies its output by, above 1/2 and at most 1
   * @param inputFractionBits of the step's input
   * @param function of the multiplied input
   */
  record RingFunction(double factor, int inputFractionBits, HarmonicFunction function) {}

  private final List<Stage> stages;
  private final Scale[] scales;
  private final Calibration calibration;
  private final FusedSettings settings;

  RingFunctions(
      List<Stage> stages, Scale[] scales, Calibration calibration, FusedSettings settings) {
    this.stages = stages;
    this.scales = scales;
    this.calibration = calibration;
    this.settings = settings;
  }

  /** Returns what a stage becomes, or null if it stays what it is. */
  RingFunction ofOrNull(int index) {
    if (!(stages.get(index) instanceof Stage.Activation activation
        && activation.basisOrNull() instanceof TrigonometricBasis waves)) {
      return null;
    }
    int producer = activation.inputs().get(0);
    Scale input = scales[producer];
    int exponent = Math.getExponent(waves.period());
    double factor = Math.scalb(1.0, exponent) / waves.period();
    boolean possible = factor == 1 || isScalable(producer);
    // The ring's period in real units must not be shorter than the function's.
    int finest = Math.min(ScaleAssignment.MAX_FRACTION_BITS, Integer.SIZE - exponent);
    if (!possible || input.divisor() > 1 || input.fractionBits() > finest) {
      return null;
    }
    double range =
        factor * settings.safetyFactor() * calibration.largest(stages.get(producer).tensor());
    int bits = Math.max(input.fractionBits(), input.tightest(range, finest).fractionBits());
    int shift = Integer.SIZE - bits - exponent;
    boolean fits = waves.harmonicCount() <= HarmonicFunction.MAX_MULTIPLE >> Math.min(shift, 31);
    return fits && bits >= 0
        ? new RingFunction(factor, bits, function(waves, factor, shift))
        : null;
  }

  /** Returns the factor that a linear layer's weights and bias take up. */
  double factorOf(int linear) {
    for (int i = linear + 1; i < stages.size(); i++) {
      if (stages.get(i).inputs().contains(linear)) {
        RingFunction reader = ofOrNull(i);
        return reader == null ? 1 : reader.factor();
      }
    }
    return 1;
  }

  private boolean isScalable(int producer) {
    return stages.get(producer) instanceof Stage.Linear
        && producer < stages.size() - 1
        && stages.stream().filter(stage -> stage.inputs().contains(producer)).count() == 1;
  }

  private static HarmonicFunction function(TrigonometricBasis waves, double factor, int shift) {
    int[] multiples = new int[waves.harmonicCount()];
    for (int k = 1; k <= multiples.length; k++) {
      multiples[k - 1] = k << shift;
    }
    return new HarmonicFunction(
        1,
        multiples.length,
        multiples,
        new double[] {waves.constant()},
        new double[] {waves.slope() / factor},
        waves.cosines(),
        waves.sines());
  }
}
