// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.concurrent.TimeUnit;

/**
 * How threads of a pool look for more work after online work, before they park. A thread that looks
 * for work yields its core to any other thread.
 *
 * @param threadCount threads that look at a time, at least 1: one for each party of the process
 * @param durationUs for how many microseconds, at least 0; with 0 they park at once
 */
public record Spinning(int threadCount, long durationUs) {
  /** Checks the ranges. */
  public Spinning {
    if (threadCount < 1) {
      throw new IllegalArgumentException("threadCount must be at least 1: " + threadCount);
    }
    if (durationUs < 0) {
      throw new IllegalArgumentException("durationUs must be at least 0: " + durationUs);
    }
  }

  /** Returns that threads park at once. */
  public static Spinning none() {
    return new Spinning(1, 0);
  }

  long durationNs() {
    return TimeUnit.MICROSECONDS.toNanos(durationUs);
  }
}
