// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs refused peers, ten at once and then one each second, so that a remote that reconnects
 * without end fills no disk. Owned by one actor; not thread-safe.
 */
public final class RefusalLog {
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int BURST = 10;

  private final LongSupplier nanoClock;
  private long lastNs;
  private int allowance = BURST;
  private long unsaid;

  /**
   * Makes a log.
   *
   * @param nanoClock nanoseconds
   */
  public RefusalLog(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    lastNs = nanoClock.getAsLong();
  }

  /** A peer was refused. */
  public void refused(Logger log, String peer, String detail) {
    if (!mayLog()) {
      unsaid++;
      return;
    }
    log.atWarn()
        .addKeyValue("remote", peer)
        .addKeyValue("reason", detail)
        .addKeyValue("unsaid", unsaid)
        .log("refused");
    unsaid = 0;
  }

  private boolean mayLog() {
    long nowNs = nanoClock.getAsLong();
    long earned = (nowNs - lastNs) / INTERVAL_NS;
    if (earned > 0) {
      allowance = (int) Math.min(BURST, allowance + earned);
      lastNs += earned * INTERVAL_NS;
    }
    if (allowance == 0) {
      return false;
    }
    allowance--;
    return true;
  }
}
