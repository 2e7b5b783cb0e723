// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * How long the steps of a training take here and now. Other programs on the machine count.
 *
 * @param stepMs median time of a step
 * @param stepsPerEpoch steps of each epoch
 */
public record StepTiming(double stepMs, int stepsPerEpoch) {
  private static final int UNTIMED_STEPS = 3;
  private static final int TIMED_STEPS = 9;
  private static final double NS_PER_MS = 1e6;

  /**
   * Makes the first steps of a training and forgets them.
   *
   * @param request the training; its checkpoints stay untouched
   */
  public static StepTiming of(TrainingRequest request) {
    try {
      Path scratch = Files.createTempDirectory("pascaline-timing");
      try (TrainingRun run = new TrainingRun(request.apart(scratch), TrainingListener.SILENT)) {
        int count = Math.min(TIMED_STEPS, Math.max(1, run.stepsPerEpoch() - UNTIMED_STEPS - 1));
        for (int i = 0; i < Math.min(UNTIMED_STEPS, run.stepsPerEpoch() - count); i++) {
          run.learn();
        }
        long[] ns = new long[count];
        for (int i = 0; i < count; i++) {
          long start = System.nanoTime();
          run.learn();
          ns[i] = System.nanoTime() - start;
        }
        Arrays.sort(ns);
        return new StepTiming(ns[count / 2] / NS_PER_MS, run.stepsPerEpoch());
      } finally {
        Files.delete(scratch);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns how many epochs take that long, at least 1. */
  public int epochs(Duration budget) {
    return (int) Math.max(1, Math.round(budget.toMillis() / (stepMs * stepsPerEpoch)));
  }
}
