// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.checkpoint;

/**
 * Where a run stands.
 *
 * @param epoch the present one, counted from 0
 * @param step steps of it that are done
 * @param taskLossSum sum of their classification losses
 * @param penaltySum sum of their penalties
 * @param hits their images classified rightly
 * @param durationMs time they took
 */
public record Progress(
    int epoch, int step, double taskLossSum, double penaltySum, long hits, double durationMs) {

  /** Returns the beginning of an epoch. */
  public static Progress at(int epoch) {
    return new Progress(epoch, 0, 0, 0, 0, 0);
  }

  /** One step on. */
  public Progress plus(double taskLoss, double penalty, int stepHits, double stepMs) {
    return new Progress(
        epoch,
        step + 1,
        taskLossSum + taskLoss,
        penaltySum + penalty,
        hits + stepHits,
        durationMs + stepMs);
  }
}
