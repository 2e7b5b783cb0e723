// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.util.concurrent.CompletionStage;

/**
 * How far a role may have used up the session numbers of its epochs. A number is used only after a
 * stage that covers it has completed, and whoever starts again begins a new epoch, so that no
 * (epoch, number) is ever used by two incarnations of a role.
 *
 * <p>Thread-safe. Stages fail with an {@link EpochUsedException}, or with a {@link StateException}
 * once nothing can be written any more; after that every later one does.
 */
public interface Watermark extends AutoCloseable {
  /**
   * Enters an epoch for the first and only time.
   *
   * @param epoch its number
   * @param endNumber sessions below may be used when the stage has completed
   */
  CompletionStage<Void> begin(long epoch, long endNumber);

  /**
   * Reserves more numbers of the epoch that was begun last.
   *
   * @param epoch its number
   * @param endNumber sessions below may be used when the stage has completed
   */
  CompletionStage<Void> reserve(long epoch, long endNumber);

  /** Takes nothing any more. */
  @Override
  void close();

  /** Returns one that is lost with the process; its stages are complete when they are returned. */
  static Watermark inMemory() {
    return new MemoryWatermark();
  }
}
