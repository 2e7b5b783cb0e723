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
 * The most that this JVM's heap has held, garbage included: what is in it before a collection, or
 * now. The peaks of its parts say less, for they are of different times. Thread-safe.
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

  /** Begins to watch this JVM's heap, until the JVM ends. */
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

  /** Returns it in one line. */
  public String describe() {
    return "heap: " + (bytes() / MIB + 1) + " MiB at the peak, garbage included";
  }
}
