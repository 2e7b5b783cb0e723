// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.link.LinkTotals;
import io.pascaline.actors.metrics.ClientTraffic;
import io.pascaline.actors.metrics.LatencyTap;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What a client counts. Written by its actor, read from any thread. */
public final class ClientCounters {
  private final LinkTotals links = new LinkTotals();
  private final LatencyTap latencies = new LatencyTap();
  private final LongAdder retries = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final AtomicLongArray failures = new AtomicLongArray(AbortReason.values().length);

  void linkOpened(Link link) {
    links.opened(link);
  }

  void linkClosed(Link link) {
    links.closed(link);
  }

  void retried() {
    retries.increment();
  }

  void answered(int imageCount) {
    answered.add(imageCount);
  }

  void failed(AbortReason reason, int imageCount) {
    failures.addAndGet(reason.ordinal(), imageCount);
  }

  /** Images that were answered. */
  public long answered() {
    return answered.sum();
  }

  /** Images that ended without an answer for a reason. */
  public long failures(AbortReason reason) {
    return failures.get(reason.ordinal());
  }

  /** Returns where its durations go. */
  public LatencyTap latencies() {
    return latencies;
  }

  /** Returns what went over its links. */
  public LinkTotals links() {
    return links;
  }

  /** Requests that were refused and asked for again. */
  public long retries() {
    return retries.sum();
  }

  /** Returns a snapshot. */
  public ClientTraffic traffic() {
    return new ClientTraffic(
        links.sentPayloadBytes(Role.PARTY, PayloadKind.INPUT_SHARE),
        links.receivedPayloadBytes(Role.PARTY, PayloadKind.OUTPUT_SHARE));
  }
}
