// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.RingPeriod;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * Lengthens the period of harmonics that a network already contains. Their period suits the inputs
 * for which they were made; other inputs may need a longer one. Harmonics of a period are also
 * harmonics of twice that period, with doubled multiples. So the function stays exactly the same.
 * Stateless.
 */
final class HarmonicRings {
  private HarmonicRings() {}

  /**
   * Returns the stages with periods that are long enough: a quarter of each period exceeds the
   * safety factor times the largest input of its stage in the calibration.
   *
   * @throws ModelCompileException if multiples would be too large
   */
  static List<Stage> widened(List<Stage> stages, Calibration calibration, double safetyFactor) {
    List<Stage> widened = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage instanceof Stage.Harmonic harmonic) {
        String input = stages.get(harmonic.inputs().get(0)).tensor();
        double needed = RingPeriod.of(safetyFactor * calibration.largest(input));
        widened.add(needed > harmonic.period() ? widened(harmonic, needed) : harmonic);
      } else {
        widened.add(stage);
      }
    }
    return widened;
  }

  private static Stage widened(Stage.Harmonic harmonic, double period) {
    HarmonicFunction function = harmonic.function();
    int entries = function.channelCount() * function.harmonicCount();
    int[] multiples = new int[entries];
    double[] cosines = new double[entries];
    double[] sines = new double[entries];
    double[] constants = new double[function.channelCount()];
    double[] slopes = new double[function.channelCount()];
    for (int c = 0; c < function.channelCount(); c++) {
      constants[c] = function.constant(c);
      slopes[c] = function.slope(c);
      for (int k = 0; k < function.harmonicCount(); k++) {
        int at = c * function.harmonicCount() + k;
        multiples[at] = multiple(harmonic, function.multiple(c, k) * (period / harmonic.period()));
        cosines[at] = function.cosine(c, k);
        sines[at] = function.sine(c, k);
      }
    }
    return new Stage.Harmonic(
        harmonic.tensor(),
        harmonic.inputs(),
        harmonic.shape(),
        new HarmonicFunction(
            function.channelCount(),
            function.harmonicCount(),
            multiples,
            constants,
            slopes,
            cosines,
            sines),
        period,
        harmonic.spareBits());
  }

  private static int multiple(Stage.Harmonic harmonic, double multiple) {
    if (multiple > HarmonicFunction.MAX_MULTIPLE) {
      throw new ModelCompileException(
          "the inputs of activation '"
              + harmonic.tensor()
              + "' are too large for its harmonics: "
              + ModelCompileException.TOO_LARGE);
    }
    return (int) multiple;
  }
}
