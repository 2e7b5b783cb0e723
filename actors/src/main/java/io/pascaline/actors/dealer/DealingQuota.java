// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits how many inferences a dealer deals for: a rate in the long run, and a burst of the
 * inferences of one minute. Owned by one actor at a time; not thread-safe.
 */
public final class DealingQuota {
  private final int perMinute;
  private final LongSupplier nanoClock;
  private double tokens;
  private long filledNs;

  /**
   * A full account.
   *
   * @param perMinute inferences per minute in the long run; 0 does not limit
   * @param nanoClock nanoseconds
   */
  DealingQuota(int perMinute, LongSupplier nanoClock) {
    this.perMinute = perMinute;
    this.nanoClock = nanoClock;
    tokens = perMinute;
    filledNs = nanoClock.getAsLong();
  }

  /** Returns an account that does not limit. */
  static DealingQuota unlimited() {
    return new DealingQuota(0, System::nanoTime);
  }

  /** Returns after how many milliseconds the next inference may be dealt for; 0 for now. */
  long waitMs() {
    if (perMinute == 0) {
      return 0;
    }
    long nowNs = nanoClock.getAsLong();
    double minutes = (double) (nowNs - filledNs) / TimeUnit.MINUTES.toNanos(1);
    tokens = Math.min(perMinute, tokens + minutes * perMinute);
    filledNs = nowNs;
    return tokens >= 1
        ? 0
        : Math.max(1, (long) Math.ceil((1 - tokens) * TimeUnit.MINUTES.toMillis(1) / perMinute));
  }

  /** An inference is dealt for. */
  void take() {
    tokens--;
  }
}
