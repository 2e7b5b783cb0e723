// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;

class PeakHeapTest {
  private static final int MIB = 1 << 20;
  private static final int BLOCKS = 100;

  /** Smaller than the blocks, because other code in this JVM may release memory meanwhile. */
  private static final long MIN_GROWTH_BYTES = 96L * MIB;

  @Test
  void shouldRememberWhatWasCollected() throws Exception {
    collect();
    PeakHeap heap = PeakHeap.watch();
    long liveBytes = heap.bytes();
    fill();
    collect();
    // The heap now holds less: only a notification shows the blocks.
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (heap.bytes() < liveBytes + MIN_GROWTH_BYTES) {
      assertTrue(System.nanoTime() < deadlineNs, liveBytes + " bytes before, " + heap.describe());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    assertTrue(heap.bytes() <= heapLimit(), heap.describe());
    assertTrue(heap.describe().matches("heap: \\d+ MiB at the peak, garbage included"));
  }

  /**
   * Collects all garbage, and waits until the JVM has reported this on another thread. A listener
   * that starts afterwards gets no report of an earlier collection.
   */
  private static void collect() throws InterruptedException, ListenerNotFoundException {
    CountDownLatch told = new CountDownLatch(1);
    NotificationListener listener =
        (notification, nothing) -> {
          GarbageCollectionNotificationInfo info =
              GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
          if (info.getGcCause().equals("System.gc()")) {
            told.countDown();
          }
        };
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).addNotificationListener(listener, null, null);
    }
    System.gc();
    assertTrue(told.await(60, TimeUnit.SECONDS), "the JVM has told of no collection");
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).removeNotificationListener(listener);
    }
  }

  private static long heapLimit() {
    return Runtime.getRuntime().maxMemory();
  }

  /** Holds all blocks at the same time, and none after it returns. */
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
