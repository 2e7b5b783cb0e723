// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Counts what a call allocates once it is compiled. Interpreters and first compilers allocate an
 * object for each vector; the optimising compiler allocates none unless a vector escapes. What it
 * inlines depends on when it compiles, so a JVM of its own waits for each compilation: other load
 * then changes nothing.
 */
public final class AllocatedBytes {
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final int CALLS = 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  /**
   * Runs a class in a JVM of its own, with the Vector API.
   *
   * @return the lines that it prints
   */
  public static List<String> linesOf(Class<?> main) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xbatch",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(main + " ended with " + process.exitValue() + ": " + output);
    }
    return output.lines().toList();
  }

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
