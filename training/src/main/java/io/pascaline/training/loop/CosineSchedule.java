// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/**
 * A learning rate that rises linearly to its peak and falls to zero along half a cosine. Source: I.
 * Loshchilov, F. Hutter, "SGDR", ICLR 2017, without restarts. Immutable.
 *
 * @param peak highest rate
 * @param warmUpSteps steps of the rise
 * @param totalSteps steps until the rate is zero
 */
record CosineSchedule(float peak, long warmUpSteps, long totalSteps) implements RateSchedule {

  CosineSchedule {
    if (warmUpSteps < 0 || totalSteps <= warmUpSteps) {
      throw new IllegalArgumentException(
          "warmUpSteps " + warmUpSteps + ", totalSteps " + totalSteps);
    }
  }

  @Override
  public float rate(long step) {
    if (step < warmUpSteps) {
      return peak * Math.max(step, 1) / warmUpSteps;
    }
    double done = Math.min(1.0, (double) (step - warmUpSteps) / (totalSteps - warmUpSteps));
    return (float) (peak * 0.5 * (1 + Math.cos(Math.PI * done)));
  }
}
