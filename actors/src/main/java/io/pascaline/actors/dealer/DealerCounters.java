// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.link.LinkTotals;
import io.pascaline.transport.link.Link;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What a dealer counts. Written by its actor, read from any thread. */
public final class DealerCounters {
  private final List<LinkTotals> links = List.of(new LinkTotals(), new LinkTotals());
  private final List<LongAdder> corrections = List.of(new LongAdder(), new LongAdder());
  private final LongAdder epochs = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  void linkOpened(Link link) {
    links.get(link.peerHello().partyId()).opened(link);
  }

  void linkClosed(Link link) {
    links.forEach(ofParty -> ofParty.closed(link));
  }

  void epochBegun() {
    epochs.increment();
  }

  void correctionSent(int partyId) {
    corrections.get(partyId).increment();
  }

  void messageIgnored() {
    ignored.increment();
  }

  /**
   * Returns what went over the links to a party.
   *
   * @param partyId 0 or 1
   */
  public LinkTotals links(int partyId) {
    return links.get(partyId);
  }

  /**
   * Corrections of single layers that a party's link has taken.
   *
   * @param partyId 0 or 1
   */
  public long corrections(int partyId) {
    return corrections.get(partyId).sum();
  }

  /** Epochs that both parties were told of. */
  public long epochs() {
    return epochs.sum();
  }

  /** Messages that came for epochs which were over, or that no party says. */
  public long ignoredMessages() {
    return ignored.sum();
  }
}
