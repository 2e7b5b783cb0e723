// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/**
 * A learning rate that rises linearly from a fifth of its peak to the peak and falls linearly to
 * zero. Source: L. N. Smith, N. Topin, "Super-Convergence", 2017, with one cycle. Immutable.
 *
 * @param peak highest rate
 * @param warmUpSteps steps of the rise
 * @param totalSteps steps until the rate is zero
 */
record TriangularSchedule(float peak, long warmUpSteps, long totalSteps) implements RateSchedule {
  private static final double FIRST_SHARE = 0.2;

  TriangularSchedule {
    if (warmUpSteps < 0 || totalSteps <= warmUpSteps) {
      throw new IllegalArgumentException(
          "warmUpSteps " + warmUpSteps + ", totalSteps " + totalSteps);
    }
  }

  @Override
  public float rate(long step) {
    if (step < warmUpSteps) {
      double done = (double) Math.max(step, 1) / warmUpSteps;
      return (float) (peak * (FIRST_SHARE + (1 - FIRST_SHARE) * done));
    }
    return (float) (peak * Math.max(0.0, totalSteps - step) / (totalSteps - warmUpSteps));
  }
}
