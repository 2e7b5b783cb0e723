// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.nio.file.Path;

/** Follows a training run. Called by the thread that trains, which waits. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener SILENT = new TrainingListener() {};

  /** The run goes on from a checkpoint: the next step, both counted from 1. */
  default void onResume(Path checkpoint, int epoch, int step) {}

  /** A step is done. */
  default void onStep(StepReport report) {}

  /** An epoch is done and evaluated. */
  default void onEpoch(EpochReport report) {}

  /** Inputs are escaping; at most once for each layer in an epoch. */
  default void onWarning(EscapeWarning warning) {}

  /**
   * Returns whether to stop, asked after every step: the run then writes a checkpoint and ends with
   * {@link TrainingStoppedException}.
   */
  default boolean isStopRequested() {
    return false;
  }
}
