// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import java.util.function.IntSupplier;

/**
 * Where clients that are in a party's process, such as those of a gateway, enter the party: as
 * links beside those of its node. They pass the same gate, quotas and deadlines. Thread-safe.
 *
 * @param partyId 0 or 1
 * @param plan what the party computes
 * @param listener told what happens on these links; must not be called by an actor of the party
 * @param counters what the party counts
 * @param maxRequests requests that the party takes at a time, in flight or waiting
 * @param maxRequestsOfOne how many of these may be of one client at present
 * @param retryAfterMs the time after which a refused client is asked to try again
 */
public record ClientEntrance(
    int partyId,
    NetworkPlan plan,
    LinkListener listener,
    PartyCounters counters,
    int maxRequests,
    IntSupplier maxRequestsOfOne,
    long retryAfterMs) {
  /**
   * Returns the entrance of a party.
   *
   * @param partyId 0 or 1
   * @param plan what it computes
   * @param listener what brings links' events to its actor
   * @param counters what it counts
   * @param capacity how much it takes of clients
   */
  public static ClientEntrance of(
      int partyId,
      NetworkPlan plan,
      LinkListener listener,
      PartyCounters counters,
      PartyCapacity capacity) {
    // Party 1 may still be at work on what party 0 has finished.
    int maxRequests = capacity.maxRequests() * (1 + partyId);
    return new ClientEntrance(
        partyId,
        plan,
        listener,
        counters,
        maxRequests,
        () -> (int) Math.min(maxRequests, (1L + partyId) * capacity.clientQuota().sessions()),
        capacity.limits().retryAfterMs());
  }
}
