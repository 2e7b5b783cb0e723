// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.transport.link.LinkMessage;

/**
 * Limits of the requests that a party accepts, and how long it waits. Where sessions carry several
 * images, each image counts as a request. Immutable.
 *
 * @param maxBatch images in one session, 1 to {@link LinkMessage#MAX_BATCH}; a party may take
 *     fewer, see {@link #batch}
 * @param maxQueued requests that wait for their turn beside the sessions in flight, at least 1;
 *     more are refused
 * @param maxSessionsPerClient requests of one client at a time, in flight or waiting; 0 for a part
 *     that leaves room for others, see {@link #clientSessions}
 * @param requestsPerSecondPerClient requests of one client per second in the long run, with a burst
 *     of twice {@link #clientSessions}; 0 does not limit
 * @param retryAfterMs the time after which a refused client is asked to try again, at least 1
 * @param drainTimeoutMs how long a party that is told to stop lets its sessions finish, at least 0
 * @param otherShareTimeoutMs how long one share of a request waits for the other, at least 1; twice
 *     as long in the queue of party 0
 * @param dealerCheckEvery session numbers of which the party takes one to check the dealer, at
 *     least 2; 0 checks nothing, and answers none of the peer's checks
 */
public record PartyLimits(
    int maxBatch,
    int maxQueued,
    int maxSessionsPerClient,
    int requestsPerSecondPerClient,
    long retryAfterMs,
    long drainTimeoutMs,
    long otherShareTimeoutMs,
    int dealerCheckEvery) {
  /** Most sessions, and most precomputed correlations, that may be asked for. */
  public static final int MAX_COUNT = 1024;

  /** Longest deadline of a request: ten minutes. */
  public static final long MAX_TIMEOUT_MS = 600_000;

  /** Of more numbers than that, checking one says nothing. */
  public static final int MAX_CHECK_EVERY = 1_000_000;

  /** One client gets that part of what a party takes. */
  private static final int CLIENTS_FOR_ALL = 4;

  /** Checks the ranges. */
  public PartyLimits {
    requireRange("maxBatch", maxBatch, 1, LinkMessage.MAX_BATCH);
    requireRange("maxQueued", maxQueued, 1, MAX_COUNT);
    requireRange("maxSessionsPerClient", maxSessionsPerClient, 0, Integer.MAX_VALUE);
    requireRange("requestsPerSecondPerClient", requestsPerSecondPerClient, 0, 1_000_000);
    requireRange("retryAfterMs", retryAfterMs, 1, MAX_TIMEOUT_MS);
    requireRange("drainTimeoutMs", drainTimeoutMs, 0, MAX_TIMEOUT_MS);
    requireRange("otherShareTimeoutMs", otherShareTimeoutMs, 1, 6 * MAX_TIMEOUT_MS);
    if (dealerCheckEvery != 0) {
      requireRange("dealerCheckEvery", dealerCheckEvery, 2, MAX_CHECK_EVERY);
    }
  }

  /**
   * Returns the usual limits: 8 images in a session, 64 waiting requests, a quarter of all for a
   * single client, retries after 100 ms, 10 s to drain, 24 s for the other share.
   */
  public static PartyLimits defaults() {
    return builder().build();
  }

  /** Returns a builder that has the usual limits. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that has these limits. */
  public Builder toBuilder() {
    return new Builder()
        .maxBatch(maxBatch)
        .maxQueued(maxQueued)
        .clientQuota(maxSessionsPerClient, requestsPerSecondPerClient)
        .retryAfterMs(retryAfterMs)
        .drainTimeoutMs(drainTimeoutMs)
        .otherShareTimeoutMs(otherShareTimeoutMs)
        .dealerCheckEvery(dealerCheckEvery);
  }

  /**
   * Returns how many requests of one client are taken at a time, in flight or waiting: what is set,
   * or a quarter of what the party takes in all.
   *
   * @param maxSessions sessions that may be in flight at the party
   */
  public int clientSessions(int maxSessions) {
    return maxSessionsPerClient > 0
        ? maxSessionsPerClient
        : Math.max(1, (maxSessions + maxQueued) / CLIENTS_FOR_ALL);
  }

  /**
   * Returns how many sessions of one client may have a number before the other party has shown that
   * it has its share: a quarter of the precomputed ones, so that shares sent to one party alone
   * stop nobody else. A client that may have all sessions may have all of these, too.
   *
   * @param maxSessions sessions that may be in flight at the party
   * @param precomputedCorrelations sessions whose correlations are precomputed
   */
  public int clientSessionsUnconfirmed(int maxSessions, int precomputedCorrelations) {
    return clientSessions(maxSessions) >= maxSessions + maxQueued
        ? maxSessions
        : Math.max(1, Math.min(maxSessions, precomputedCorrelations) / CLIENTS_FOR_ALL);
  }

  /**
   * Returns how many images a party takes in one session: what is set, at most as many as it may
   * have in flight, as it takes of one client before the other party has shown that it has its
   * share, and as it has precomputed correlations for. A session needs the correlations of all its
   * images at a layer at the same time, so one that needs more than are kept would wait for ever;
   * where layers are streamed, not even two whole inferences are kept.
   *
   * @param maxSessions images that may be in flight at the party
   * @param precomputation how far correlations are precomputed
   */
  public int batch(int maxSessions, Precomputation precomputation) {
    int wanted = Math.min(maxBatch, Math.min(maxSessions, clientSessions(maxSessions)));
    int ahead = Math.max(1, precomputation.inferences());
    int unconfirmed = clientSessionsUnconfirmed(maxSessions, precomputation.perLayer());
    return Math.min(wanted, Math.min(ahead, unconfirmed));
  }

  /** Returns limits for parties with one client, who leaves room for nobody unless told to. */
  public PartyLimits forOnlyClient() {
    return maxSessionsPerClient > 0
        ? this
        : toBuilder().clientQuota(Integer.MAX_VALUE, requestsPerSecondPerClient).build();
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
    }
  }

  /** Builds limits. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private int maxBatch = 8;
    private int maxQueued = 64;
    private int maxSessionsPerClient;
    private int requestsPerSecondPerClient;
    private long retryAfterMs = 100;
    private long drainTimeoutMs = 10_000;
    private long otherShareTimeoutMs = 24_000;
    private int dealerCheckEvery;

    private Builder() {}

    /** Sets how many images one session may carry. */
    public Builder maxBatch(int images) {
      maxBatch = images;
      return this;
    }

    /** Sets how many requests wait for their turn. */
    public Builder maxQueued(int count) {
      maxQueued = count;
      return this;
    }

    /** Sets the bounds of each client; 0 sessions for the usual part, 0 requests for no limit. */
    public Builder clientQuota(int sessions, int requestsPerSecond) {
      maxSessionsPerClient = sessions;
      requestsPerSecondPerClient = requestsPerSecond;
      return this;
    }

    /** Sets after what time a refused client is asked to try again. */
    public Builder retryAfterMs(long timeMs) {
      retryAfterMs = timeMs;
      return this;
    }

    /** Sets how long a party that stops lets its sessions finish. */
    public Builder drainTimeoutMs(long timeoutMs) {
      drainTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets how long one share of a request waits for the other. */
    public Builder otherShareTimeoutMs(long timeoutMs) {
      otherShareTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets of how many numbers one is taken to check the dealer; 0 checks nothing. */
    public Builder dealerCheckEvery(int numbers) {
      dealerCheckEvery = numbers;
      return this;
    }

    /**
     * Returns the limits.
     *
     * @throws IllegalArgumentException for one that is out of range
     */
    public PartyLimits build() {
      return new PartyLimits(
          maxBatch,
          maxQueued,
          maxSessionsPerClient,
          requestsPerSecondPerClient,
          retryAfterMs,
          drainTimeoutMs,
          otherShareTimeoutMs,
          dealerCheckEvery);
    }
  }
}
