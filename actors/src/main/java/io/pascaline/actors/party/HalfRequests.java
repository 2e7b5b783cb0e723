// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Requests of which party 1 has one half alone, the input or the number, and how long it has waited
 * for the other. A client that sends one half only must not hold a place for as long as it asked to
 * be waited for. Owned by the party's actor; not thread-safe.
 */
final class HalfRequests {
  private final long timeoutNs;
  private final LongSupplier nanoClock;
  private final Consumer<Duration> wakeAfter;
  private final Map<RequestId, Long> sinceNs = new LinkedHashMap<>();
  private boolean waking;

  /**
   * Nothing is waited for yet.
   *
   * @param timeoutMs how long the other half may take
   * @param nanoClock nanoseconds
   * @param wakeAfter asks for a call of {@link #takeDue}
   */
  HalfRequests(long timeoutMs, LongSupplier nanoClock, Consumer<Duration> wakeAfter) {
    timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    this.nanoClock = nanoClock;
    this.wakeAfter = wakeAfter;
  }

  /** One half of the request is there; from now on the other is waited for. */
  void began(RequestId request) {
    sinceNs.remove(request); // Or it would keep its old place in the order.
    sinceNs.put(request, nanoClock.getAsLong());
    wakeForOldest();
  }

  /** The other half has come, or the request is over. */
  void ended(RequestId request) {
    sinceNs.remove(request);
  }

  /** Takes out what has waited long enough, oldest first. */
  List<RequestId> takeDue() {
    waking = false;
    long nowNs = nanoClock.getAsLong();
    List<RequestId> due = new ArrayList<>();
    for (Map.Entry<RequestId, Long> entry : sinceNs.entrySet()) {
      if (nowNs - entry.getValue() < timeoutNs) {
        break;
      }
      due.add(entry.getKey());
    }
    due.forEach(sinceNs::remove);
    wakeForOldest();
    return due;
  }

  private void wakeForOldest() {
    if (!waking && !sinceNs.isEmpty()) {
      waking = true;
      long waitedNs = nanoClock.getAsLong() - sinceNs.values().iterator().next();
      wakeAfter.accept(Duration.ofNanos(Math.max(1, timeoutNs - waitedNs)));
    }
  }
}
