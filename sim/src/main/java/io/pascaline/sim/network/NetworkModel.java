// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import java.util.List;

/**
 * All links of a deployment.
 *
 * @param parties between the parties
 * @param dealer between the dealer and each party
 * @param client between the client and each party
 * @param outages when nothing passes
 * @param peerTimeoutNs a link that carried nothing for this long is closed and dialled again
 */
public record NetworkModel(
    LinkProfile parties,
    LinkProfile dealer,
    LinkProfile client,
    List<Outage> outages,
    long peerTimeoutNs) {
  /** What real links wait for a sign of life. */
  public static final long DEFAULT_PEER_TIMEOUT_NS = 10_000_000_000L;

  /** Copies the list. */
  public NetworkModel {
    outages = List.copyOf(outages);
    if (peerTimeoutNs < 1) {
      throw new IllegalArgumentException("peerTimeoutNs must be at least 1: " + peerTimeoutNs);
    }
  }

  /** Returns the same profile everywhere, without outages. */
  public static NetworkModel uniform(LinkProfile profile) {
    return of(profile, profile, profile);
  }

  /** Returns a profile for each place, without outages. */
  public static NetworkModel of(LinkProfile parties, LinkProfile dealer, LinkProfile client) {
    return new NetworkModel(parties, dealer, client, List.of(), DEFAULT_PEER_TIMEOUT_NS);
  }

  /** Returns the same with outages. */
  public NetworkModel withOutages(List<Outage> planned) {
    return new NetworkModel(parties, dealer, client, planned, peerTimeoutNs);
  }

  LinkProfile profile(Place place) {
    return switch (place) {
      case PARTIES -> parties;
      case DEALER -> dealer;
      case CLIENT -> client;
    };
  }

  List<Outage> outages(Place place) {
    return outages.stream().filter(outage -> outage.place() == place).toList();
  }

  /** Returns every link in one line. */
  @Override
  public String toString() {
    if (parties.equals(dealer) && parties.equals(client)) {
      return "all links " + parties;
    }
    return "parties " + parties + "; dealer " + dealer + "; client " + client;
  }
}
