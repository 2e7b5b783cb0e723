// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.io.IOException;

/** Trains networks. */
public final class Training {
  private Training() {}

  /**
   * Trains a network, or resumes a run that was interrupted: at the same number of threads ({@code
   * OMP_NUM_THREADS}), weights come out the same to the bit.
   *
   * <p>Takes {@code epochs * images / batchSize} steps. Runs in one JVM share the engine; they may
   * follow each other, but should not overlap.
   *
   * @param listener called on this thread
   * @throws IOException in one line, if a checkpoint cannot be written or read, or is another run's
   * @throws TrainingStoppedException after a checkpoint, if the listener asks for it
   * @throws DivergenceException naming the layer, if values are no longer finite
   */
  public static TrainingOutcome run(TrainingRequest request, TrainingListener listener)
      throws IOException {
    try (TrainingRun run = new TrainingRun(request, listener)) {
      while (!run.finished()) {
        run.step();
        if (listener.isStopRequested() && !run.finished()) {
          throw new TrainingStoppedException(run.stop());
        }
      }
      return run.outcome();
    }
  }
}
