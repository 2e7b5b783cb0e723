// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Resolves the addresses of a media driver's channels on a thread of its own, because a name server
 * may be slow. It then wakes the driver's thread, which uses the result. A task counts its time in
 * the driver's mapped files: whoever unmaps them must wait for the end of the last task ({@link
 * #awaitEnd}). Thread-safe.
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

  /** Drops the tasks that wait. The current task may continue. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  /**
   * Waits for the end of the last task. An interruption does not end the wait; it is kept for the
   * caller. Call {@link #close} first.
   *
   * @return false if a task still runs after this time
   */
  boolean awaitEnd(long timeoutMs) {
    long beganNs = System.nanoTime();
    long timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          long leftNs = timeoutNs - (System.nanoTime() - beganNs);
          return thread.awaitTermination(leftNs, TimeUnit.NANOSECONDS);
        } catch (InterruptedException kept) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
