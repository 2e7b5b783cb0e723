// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run end in good order when the JVM is told to stop: asks it to, and holds the JVM back
 * until it has, for a while. Thread-safe.
 */
final class StoppedAtExit {
  /** More than a step of a large network takes. */
  private static final long MAX_WAIT_S = 120;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Watches a run.
   *
   * @param stop asks it to end; returns at once
   */
  StoppedAtExit(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              try {
                if (!ended.await(MAX_WAIT_S, TimeUnit.SECONDS)) {
                  System.err.println("pascaline: the step in progress is lost");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop training");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The run has ended, however it did. */
  void ended() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is stopping: the hook has been told that the run has ended.
      Thread.yield();
    }
  }
}
