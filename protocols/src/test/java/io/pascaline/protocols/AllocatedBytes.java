// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Counts what a call allocates on the caller's thread once it is compiled. Interpreters and first
 * compilers allocate an object for each vector; the optimising compiler allocates none unless a
 * vector escapes, and it takes its time.
 */
public final class AllocatedBytes {
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final int CALLS = 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  /**
   * Calls until the calls allocate no more than {@code maxBytes} each, for a minute at most.
   *
   * @return the bytes of the last calls, each; above {@code maxBytes} if they never fell below
   */
  public static long perCall(Runnable call, long maxBytes) {
    long deadlineNs = System.nanoTime() + DEADLINE_NS;
    long bytes;
    do {
      long before = allocated();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      bytes = (allocated() - before) / CALLS;
    } while (bytes > maxBytes && System.nanoTime() - deadlineNs < 0);
    return bytes;
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
