// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Resolves the addresses of a media driver's channels on a thread of its own, because a name server
 * may be slow. It then wakes the driver's thread, which uses the result. A lookup cannot be
 * interrupted and may end after the driver, so no task may use the driver's mapped files.
 * Thread-safe.
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
   * Creates a resolver without tasks.
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

  /** Drops the tasks that wait. The current task may continue, and nobody waits for it. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
