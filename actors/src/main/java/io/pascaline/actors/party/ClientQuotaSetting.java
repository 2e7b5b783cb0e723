// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.Precomputation;

/**
 * Holds the quota of each client as it is set now: an operator may change it while the party runs,
 * and its readers use the new values from their next request on. What a party has told its peer and
 * its clients at the start does not change with it, so a client is always granted one session of
 * the most images that the party takes. Thread-safe.
 */
public final class ClientQuotaSetting {
  private final int maxSessions;
  private final Precomputation precomputation;
  private final int maxBatch;
  private volatile PartyLimits limits;

  /**
   * Sets the quota that a party starts with.
   *
   * @param limits the limits of the requests that the party accepts
   * @param maxSessions images that may be in flight at the party
   * @param precomputation how far its correlations are precomputed
   */
  public ClientQuotaSetting(PartyLimits limits, int maxSessions, Precomputation precomputation) {
    this.limits = limits;
    this.maxSessions = maxSessions;
    this.precomputation = precomputation;
    maxBatch = limits.batch(maxSessions, precomputation);
  }

  /**
   * Changes the quota; requests that are taken stay taken.
   *
   * @param sessions requests of one client at a time; 0 for the usual part
   * @param requestsPerSecond requests of one client per second in the long run; 0 for no limit
   * @throws IllegalArgumentException if one is out of range; the quota stays
   */
  public synchronized void set(int sessions, int requestsPerSecond) {
    limits = limits.toBuilder().clientQuota(sessions, requestsPerSecond).build();
  }

  /** Returns how many requests of one client are taken at a time, in flight or waiting. */
  public int sessions() {
    return Math.max(maxBatch, limits.clientSessions(maxSessions));
  }

  /** Returns how many sessions of one client may have a number that the peer has not confirmed. */
  int sessionsUnconfirmed() {
    int usual = limits.clientSessionsUnconfirmed(maxSessions, precomputation.perLayer());
    return Math.max(maxBatch, usual);
  }

  /** Returns how many requests of one client are taken per second in the long run; 0 for all. */
  int requestsPerSecond() {
    return limits.requestsPerSecondPerClient();
  }

  @Override
  public String toString() {
    return "ClientQuotaSetting[sessions="
        + sessions()
        + ", requestsPerSecond="
        + requestsPerSecond()
        + "]";
  }
}
