// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameFault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what a node refused before it was anybody's message: every ten seconds one line with the
 * numbers of each fault, if there were any, so that an attack fills no disk.
 */
public final class FaultLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
  private static final int INTERVAL_S = 10;

  private final NodeCounters counters;
  private final Map<FrameFault, Long> seen = new EnumMap<>(FrameFault.class);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-fault-log");
            thread.setDaemon(true);
            return thread;
          });

  private FaultLog(NodeCounters counters) {
    this.counters = counters;
  }

  /** Watches a node until it is closed. */
  public static FaultLog of(NodeCounters counters) {
    FaultLog log = new FaultLog(counters);
    log.timer.scheduleAtFixedRate(log::look, INTERVAL_S, INTERVAL_S, TimeUnit.SECONDS);
    return log;
  }

  private synchronized void look() {
    List<String> faults = new ArrayList<>();
    for (FrameFault fault : FrameFault.values()) {
      long now = counters.faults(fault);
      long fresh = now - seen.getOrDefault(fault, 0L);
      if (fresh > 0) {
        faults.add(fault.name().toLowerCase(Locale.ROOT) + " " + fresh);
        seen.put(fault, now);
      }
    }
    if (!faults.isEmpty()) {
      LOG.atWarn().addKeyValue("faults", String.join(", ", faults)).log("streams refused");
    }
  }

  /** Says what is new, and stops. */
  @Override
  public void close() {
    timer.shutdownNow();
    look();
  }
}
