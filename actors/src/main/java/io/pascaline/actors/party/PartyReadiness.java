// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.Role;

/**
 * What a party has of what an inference needs: its peer, and correlations or a dealer that makes
 * them in a running epoch. Immutable.
 *
 * @param peerConnected whether its peer is connected
 * @param dealerConnected whether its dealer is
 * @param correlationsAvailable whether an epoch runs with correlations, or with a dealer
 */
public record PartyReadiness(
    boolean peerConnected, boolean dealerConnected, boolean correlationsAvailable) {
  /** Of a party that is not there. */
  public static final PartyReadiness NONE = new PartyReadiness(false, false, false);

  private static final String EPOCH_RUNNING = "running";

  /** Returns the readiness of a party by what it counts. */
  public static PartyReadiness of(PartyCounters counters) {
    boolean dealer = counters.links().openCount(Role.DEALER) > 0;
    return new PartyReadiness(
        counters.links().openCount(Role.PARTY) > 0,
        dealer,
        counters.epochState().equals(EPOCH_RUNNING)
            && (dealer || counters.correlationsReady() > 0));
  }

  /** Returns whether a new request can succeed. */
  public boolean isReady() {
    return peerConnected && correlationsAvailable;
  }
}
