// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

/**
 * What a role lets itself be asked for, and how long it waits. Immutable.
 *
 * @param maxQueued at a party, requests that wait for their turn beside the sessions under way, at
 *     least 1; more are refused
 * @param maxSessionsPerClient at a party, requests of one client at a time, under way or waiting; 0
 *     for a share that leaves room for others, see {@link #clientSessions}
 * @param requestsPerSecondPerClient at a party, requests of one client per second in the long run;
 *     a burst of twice {@link #clientSessions} is let through. 0 does not limit
 * @param retryAfterMs the least time after which a refused client is asked to try again, at least 1
 * @param maxPending at a client, inferences that may be asked for and not answered, at least 1
 * @param drainTimeoutMs how long a party that is told to stop lets its sessions finish, at least 0
 * @param livenessTimeoutMs how long a peer may be silent before its link is given up, at least
 *     1,500
 * @param resumeTimeoutMs how long the same incarnation of a peer may then take to come back and go
 *     on with everything; 0 waits for nobody. The sessions of a peer that was killed end at their
 *     clients when it is back or within both times
 */
public record ServiceLimits(
    int maxQueued,
    int maxSessionsPerClient,
    int requestsPerSecondPerClient,
    long retryAfterMs,
    int maxPending,
    long drainTimeoutMs,
    long livenessTimeoutMs,
    long resumeTimeoutMs) {
  /** Least silence by which a link may be judged: three heartbeats. */
  public static final long MIN_LIVENESS_TIMEOUT_MS = 1_500;

  private static final long MAX_WAIT_MS = 600_000;

  private static final int LINK_LOSSES_OF_HALF = 3;

  /** One client gets that part of what a party takes. */
  private static final int CLIENTS_FOR_ALL = 4;

  /** Checks the ranges. */
  public ServiceLimits {
    requireRange("maxQueued", maxQueued, 1, RuntimeSettings.MAX_COUNT);
    requireRange("maxSessionsPerClient", maxSessionsPerClient, 0, Integer.MAX_VALUE);
    requireRange("requestsPerSecondPerClient", requestsPerSecondPerClient, 0, 1_000_000);
    requireRange("retryAfterMs", retryAfterMs, 1, MAX_WAIT_MS);
    requireRange("maxPending", maxPending, 1, 1 << 20);
    requireRange("drainTimeoutMs", drainTimeoutMs, 0, MAX_WAIT_MS);
    requireRange("livenessTimeoutMs", livenessTimeoutMs, MIN_LIVENESS_TIMEOUT_MS, MAX_WAIT_MS);
    requireRange("resumeTimeoutMs", resumeTimeoutMs, 0, MAX_WAIT_MS);
  }

  /**
   * 64 waiting requests, a quarter of all for a single client, tries again after 100 ms, 1,024
   * unanswered at a client, 10 s to drain, 5 s of silence, 3 s to come back.
   */
  public static ServiceLimits defaults() {
    return new ServiceLimits(64, 0, 0, 100, 1024, 10_000, 5_000, 3_000);
  }

  /**
   * Requests of one client at a time, under way or waiting: what is set, or a quarter of what the
   * party takes in all.
   *
   * @param maxSessions sessions that may be under way at the party
   */
  public int clientSessions(int maxSessions) {
    return maxSessionsPerClient > 0
        ? maxSessionsPerClient
        : Math.max(1, (maxSessions + maxQueued) / CLIENTS_FOR_ALL);
  }

  /**
   * Sessions of one client that have a number and of which the other party has not shown yet that
   * it has its half: a quarter of what is prepared for, so that halves sent alone stop nobody else.
   * A client that may have all sessions may have all of these, too.
   *
   * @param maxSessions sessions that may be under way at the party
   * @param precomputedCorrelations sessions that correlations are kept ready for
   */
  public int clientSessionsUnconfirmed(int maxSessions, int precomputedCorrelations) {
    return clientSessions(maxSessions) >= maxSessions + maxQueued
        ? maxSessions
        : Math.max(1, Math.min(maxSessions, precomputedCorrelations) / CLIENTS_FOR_ALL);
  }

  /**
   * Returns how long one half of a request may wait for the other, at most: three times what a lost
   * link may take, so that there is time to send it.
   */
  public long otherHalfTimeoutMs() {
    return LINK_LOSSES_OF_HALF * (livenessTimeoutMs + resumeTimeoutMs);
  }

  /** For parties with one client, who leaves room for nobody unless a number is set. */
  public ServiceLimits forOnlyClient() {
    return maxSessionsPerClient > 0
        ? this
        : withClientQuota(Integer.MAX_VALUE, requestsPerSecondPerClient);
  }

  /** Returns the same with other bounds for each client; 0 sessions for the usual share. */
  public ServiceLimits withClientQuota(int sessions, int requestsPerSecond) {
    return new ServiceLimits(
        maxQueued,
        sessions,
        requestsPerSecond,
        retryAfterMs,
        maxPending,
        drainTimeoutMs,
        livenessTimeoutMs,
        resumeTimeoutMs);
  }

  /** Returns the same with another bound of waiting requests. */
  public ServiceLimits withMaxQueued(int queued) {
    return new ServiceLimits(
        queued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        maxPending,
        drainTimeoutMs,
        livenessTimeoutMs,
        resumeTimeoutMs);
  }

  /** Returns the same with another bound of unanswered requests at a client. */
  public ServiceLimits withMaxPending(int pending) {
    return new ServiceLimits(
        maxQueued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        pending,
        drainTimeoutMs,
        livenessTimeoutMs,
        resumeTimeoutMs);
  }

  /** Returns the same with other times to drain and to give a silent peer up. */
  public ServiceLimits withTimeouts(long drainMs, long livenessMs) {
    return new ServiceLimits(
        maxQueued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        maxPending,
        drainMs,
        livenessMs,
        resumeTimeoutMs);
  }

  /** Returns the same with another time for a peer to come back. */
  public ServiceLimits withResumeTimeoutMs(long resumeMs) {
    return new ServiceLimits(
        maxQueued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        maxPending,
        drainTimeoutMs,
        livenessTimeoutMs,
        resumeMs);
  }

  private static void requireRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " must be " + least + " to " + most + ": " + value);
    }
  }
}
