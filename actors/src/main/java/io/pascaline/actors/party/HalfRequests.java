package io.pascaline.actors.party;

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
  HalfRequests(
      final long timeoutMs, final LongSupplier nanoClock, final Consumer<Duration> wakeAfter) {
    timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    this.nanoClock = nanoClock;
    this.wakeAfter = wakeAfter;
  }

  /** One half of the request is there; from now on the other is waited for. */
  void began(final RequestId request) {
    sinceNs.remove(request); // Or it would keep its old place in the order.
    sinceNs.put(request, nanoClock.getAsLong());
    wakeForOldest();
  }

  /** The other half has come, or the request is over. */
  void ended(final RequestId request) {
    sinceNs.remove(request);
  }

  /** Takes out what has waited long enough, oldest first. */
  List<RequestId> takeDue() {
    waking = false;
    final long nowNs = nanoClock.getAsLong();
    final List<RequestId> due = new ArrayList<>();
    for (final Map.Entry<RequestId, Long> entry : sinceNs.entrySet()) {
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
      final long waitedNs = nanoClock.getAsLong() - sinceNs.values().iterator().next();
      wakeAfter.accept(Duration.ofNanos(Math.max(1, timeoutNs - waitedNs)));
    }
  }
}
