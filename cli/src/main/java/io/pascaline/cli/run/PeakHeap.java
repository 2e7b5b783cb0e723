// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * The largest size that this JVM's heap has had, garbage included: the largest of its sizes before
 * each collection and its size now. The sum of the peaks of its parts would be too large, because
 * the parts have their peaks at different times. Thread-safe.
 */
public final class PeakHeap {
  private static final long MIB = 1L << 20;

  private final Set<String> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getName)
          .collect(Collectors.toUnmodifiableSet());
  private final AtomicLong beforeCollections = new AtomicLong();

  private PeakHeap() {}

  /** Watches this JVM's heap from now until the JVM ends. */
  public static PeakHeap watch() {
    PeakHeap peak = new PeakHeap();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener((told, nothing) -> peak.onCollection(told), null, null);
      }
    }
    return peak;
  }

  private void onCollection(Notification told) {
    if (told.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      Map<String, MemoryUsage> before =
          GarbageCollectionNotificationInfo.from((CompositeData) told.getUserData())
              .getGcInfo()
              .getMemoryUsageBeforeGc();
      long bytes = 0;
      for (String pool : pools) {
        bytes += before.containsKey(pool) ? before.get(pool).getUsed() : 0;
      }
      beforeCollections.accumulateAndGet(bytes, Math::max);
    }
  }

  /** Returns the peak so far, in bytes. */
  public long bytes() {
    long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return Math.max(now, beforeCollections.get());
  }

  /** Returns the peak in one line. */
  public String describe() {
    return "heap: " + (bytes() / MIB + 1) + " MiB at the peak, garbage included";
  }
}
