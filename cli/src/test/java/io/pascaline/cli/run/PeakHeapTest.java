// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PeakHeapTest {
  private static final int MIB = 1 << 20;
  private static final int BLOCKS = 96;

  @Test
  void shouldRememberWhatWasCollected() {
    PeakHeap heap = PeakHeap.watch();
    fill();
    System.gc();
    // The JVM tells of a collection on another thread.
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (heap.bytes() < (long) BLOCKS * MIB) {
      assertTrue(System.nanoTime() < deadlineNs, heap.describe());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    assertTrue(heap.bytes() <= heapLimit(), heap.describe());
    assertTrue(heap.describe().matches("heap: \\d+ MiB at the peak, garbage included"));
  }

  private static long heapLimit() {
    return Runtime.getRuntime().maxMemory();
  }

  /** Holds all blocks at once, and none afterwards. */
  private static void fill() {
    byte[][] blocks = new byte[BLOCKS][];
    for (int i = 0; i < BLOCKS; i++) {
      blocks[i] = new byte[MIB];
      blocks[i][i] = 1;
    }
    int sum = 0;
    for (int i = 0; i < BLOCKS; i++) {
      sum += blocks[i][i];
    }
    assertEquals(BLOCKS, sum);
  }
}
