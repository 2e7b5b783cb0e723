// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.Precomputation;
import java.util.Objects;

/**
 * How much work a party accepts at a time from all clients together, and from each client.
 *
 * @param precomputation sessions whose correlations are precomputed
 * @param maxSessions sessions in flight at a time, at least 1
 * @param limits the other limits of requests, as set at the start; {@code clientQuota} holds the
 *     current limits of each client
 * @param clientQuota the current quota of each client. It is derived from the other three
 *     parameters at the start, and an operator may change it while the party runs.
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

  /** A capacity whose quota of each client is derived from the limits. */
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
