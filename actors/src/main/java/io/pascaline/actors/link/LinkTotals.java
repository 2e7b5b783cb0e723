// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What went over all links of a role, those that have closed included. A closed link is added up
 * and forgotten. Thread-safe.
 */
public final class LinkTotals {
  private final List<Link> open = new ArrayList<>();
  private final Map<Role, Totals> closed = new EnumMap<>(Role.class);

  private static final class Totals {
    private final Map<PayloadKind, Long> sentPayload = new EnumMap<>(PayloadKind.class);
    private final Map<PayloadKind, Long> receivedPayload = new EnumMap<>(PayloadKind.class);
    private long sentFraming;
    private long receivedFraming;
  }

  /** A link opened. */
  public synchronized void opened(Link link) {
    open.add(link);
  }

  /** A link closed; one that was never reported as open is not counted. */
  public synchronized void closed(Link link) {
    if (!open.remove(link)) {
      return;
    }
    Totals totals = closedTotals(link.peerHello().role());
    LinkCounters counters = link.counters();
    for (PayloadKind kind : PayloadKind.values()) {
      totals.sentPayload.merge(kind, counters.sentPayloadBytes(kind), Long::sum);
      totals.receivedPayload.merge(kind, counters.receivedPayloadBytes(kind), Long::sum);
    }
    totals.sentFraming += counters.sentFramingBytes();
    totals.receivedFraming += counters.receivedFramingBytes();
  }

  /** Tensor bytes of a kind sent to peers of a role. */
  public synchronized long sentPayloadBytes(Role role, PayloadKind kind) {
    return closedTotals(role).sentPayload.getOrDefault(kind, 0L)
        + sum(role, link -> link.counters().sentPayloadBytes(kind));
  }

  /** Tensor bytes of a kind received from peers of a role. */
  public synchronized long receivedPayloadBytes(Role role, PayloadKind kind) {
    return closedTotals(role).receivedPayload.getOrDefault(kind, 0L)
        + sum(role, link -> link.counters().receivedPayloadBytes(kind));
  }

  /** Bytes that are no tensor words, sent to peers of a role. */
  public synchronized long sentFramingBytes(Role role) {
    return closedTotals(role).sentFraming + sum(role, link -> link.counters().sentFramingBytes());
  }

  /** Bytes that are no tensor words, received from peers of a role. */
  public synchronized long receivedFramingBytes(Role role) {
    return closedTotals(role).receivedFraming
        + sum(role, link -> link.counters().receivedFramingBytes());
  }

  /** Returns how many links to peers of a role are open. */
  public synchronized int openCount(Role role) {
    return (int) sum(role, link -> 1);
  }

  /** Bytes that links to peers of a role have taken and those have not acknowledged. */
  public synchronized long queuedBytes(Role role) {
    return sum(role, Link::queuedBytes);
  }

  private Totals closedTotals(Role role) {
    return closed.computeIfAbsent(role, key -> new Totals());
  }

  private long sum(Role role, ToLongFunction<Link> count) {
    long sum = 0;
    for (Link link : open) {
      if (link.peerHello().role() == role) {
        sum += count.applyAsLong(link);
      }
    }
    return sum;
  }
}
