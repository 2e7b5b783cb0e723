// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Resolves the addresses of a media driver's channels on a thread of its own, because a name server
 * may be slow. Then it wakes the driver's thread, which continues with what was found. Thread-safe.
 */
final class WakingResolver implements Executor, AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread resolver = new Thread(task, "pascaline-driver-resolver");
            resolver.setDaemon(true);
            return resolver;
          });

  private final Runnable waker;

  /**
   * A resolver without work.
   *
   * @param waker ends the wait of the driver's thread
   */
  WakingResolver(Runnable waker) {
    this.waker = waker;
  }

  @Override
  public void execute(Runnable task) {
    thread.execute(
        () -> {
          try {
            task.run();
          } finally {
            waker.run();
          }
        });
  }

  /** Drops what waits. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
