// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

/** The most that this JVM's heap has held, garbage included. */
public final class PeakHeap {
  private static final long MIB = 1L << 20;

  private PeakHeap() {}

  /** Returns it in one line; at most, since the parts of the heap have their peaks apart. */
  public static String describe() {
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        bytes += pool.getPeakUsage().getUsed();
      }
    }
    return "heap: at most " + (bytes / MIB + 1) + " MiB in use, garbage included";
  }
}
