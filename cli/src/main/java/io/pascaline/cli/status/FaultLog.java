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
 * numbers of each fault, if there were any, and one for each of the first unknown identities, so
 * that an operator sees whom to admit and an attack fills no disk. Streams of earlier connections,
 * which every restart leaves behind, are no warning.
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
      long fresh = fresh(fault);
      if (fresh > 0 && fault == FrameFault.STALE_STREAM) {
        LOG.atDebug().addKeyValue("streams", fresh).log("streams of earlier connections ended");
      } else if (fresh > 0) {
        faults.add(fault.name().toLowerCase(Locale.ROOT) + " " + fresh);
      }
    }
    if (!faults.isEmpty()) {
      LOG.atWarn().addKeyValue("faults", String.join(", ", faults)).log("streams refused");
    }
    for (String stranger : counters.takeStrangers()) {
      LOG.atWarn()
          .addKeyValue("remote", stranger)
          .log("not admitted: pin the identity if it may link");
    }
  }

  private long fresh(FrameFault fault) {
    long now = counters.faults(fault);
    Long before = seen.put(fault, now);
    return before == null ? now : now - before;
  }

  /** Says what is new, and stops. */
  @Override
  public void close() {
    timer.shutdownNow();
    look();
  }
}
