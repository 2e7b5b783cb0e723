// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import java.util.Objects;

/**
 * Stochastic gradient descent.
 *
 * @param peakRate highest learning rate, reached after the linear warm-up
 * @param schedule how the rate falls after the warm-up
 * @param warmUpEpochs length of the warm-up
 * @param momentum from 0 up to, not including, 1
 * @param nesterov whether the gradient is taken ahead, at the point the momentum leads to
 * @param weightDecay factor of a weight in its own gradient; biases and norms have none
 * @param clipNorm length to which a longer gradient (of all weights) is shortened; infinite for
 *     none
 * @param averageDecay decay of the exponential moving average of the weights, which is what is
 *     evaluated and exported; 0 to use the weights themselves
 */
public record OptimiserSettings(
    float peakRate,
    Schedule schedule,
    double warmUpEpochs,
    float momentum,
    boolean nesterov,
    float weightDecay,
    double clipNorm,
    double averageDecay) {

  /** How the learning rate falls. */
  public enum Schedule {
    /** To zero along half a cosine, after a rise from zero. */
    COSINE,
    /** To zero along a line, after a rise from a fifth of the peak. */
    TRIANGLE
  }

  /** Checks the ranges. */
  public OptimiserSettings {
    require("peakRate", peakRate, peakRate > 0);
    Objects.requireNonNull(schedule, "schedule");
    require("warmUpEpochs", warmUpEpochs, warmUpEpochs >= 0);
    require("momentum", momentum, momentum >= 0 && momentum < 1);
    require("weightDecay", weightDecay, weightDecay >= 0);
    require("clipNorm", clipNorm, clipNorm > 0);
    require("averageDecay", averageDecay, averageDecay >= 0 && averageDecay < 1);
  }

  private static void require(String name, double value, boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException(name + " " + value);
    }
  }
}
