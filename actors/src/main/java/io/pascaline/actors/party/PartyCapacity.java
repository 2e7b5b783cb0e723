// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.Precomputation;
import java.util.Objects;

/**
 * How much a party takes at a time, of all clients and of each.
 *
 * @param precomputation sessions whose correlations are precomputed
 * @param maxSessions sessions in flight at a time, at least 1
 * @param limits what else it lets itself be asked for; {@code clientQuota} says what one client may
 *     ask
 * @param clientQuota of each client, which may change; of the other three at the start
 */
public record PartyCapacity(
    Precomputation precomputation,
    int maxSessions,
    PartyLimits limits,
    ClientQuotaSetting clientQuota) {
  /** Checks the ranges. */
  public PartyCapacity {
    Objects.requireNonNull(precomputation, "precomputation");
    if (maxSessions < 1) {
      throw new IllegalArgumentException("maxSessions must be at least 1: " + maxSessions);
    }
  }

  /** A capacity with the quota of each client that the limits say. */
  public PartyCapacity(Precomputation precomputation, int maxSessions, PartyLimits limits) {
    this(
        precomputation,
        maxSessions,
        limits,
        new ClientQuotaSetting(limits, maxSessions, precomputation));
  }

  /** Returns how many images the party takes in one session. */
  public int maxBatch() {
    return limits.batch(maxSessions, precomputation);
  }

  /** Returns how many requests it takes at a time, in flight or waiting. */
  public int maxRequests() {
    return maxSessions + limits.maxQueued();
  }
}
