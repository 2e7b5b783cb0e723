package io.pascaline.actors;

/**
 * What a role lets itself be asked for, and how long it waits. Immutable.
 *
 * @param maxQueued at a party, requests that wait for their turn beside the sessions under way, at
 *     least 1; more are refused
 * @param maxSessionsPerClient at a party, requests of one client at a time, under way or waiting,
 *     at least 1
 * @param requestsPerSecondPerClient at a party, requests of one client per second in the long run;
 *     a burst of twice {@code maxSessionsPerClient} is let through. 0 does not limit
 * @param retryAfterMs the least time after which a refused client is asked to try again, at least 1
 * @param maxPending at a client, inferences that may be asked for and not answered, at least 1
 * @param drainTimeoutMs how long a party that is told to stop lets its sessions finish, at least 0
 * @param livenessTimeoutMs how long a peer may be silent before its link is given up: within this
 *     time the sessions of a peer that was killed end at their clients. At least 1,500
 */
public record ServiceLimits(
    int maxQueued,
    int maxSessionsPerClient,
    int requestsPerSecondPerClient,
    long retryAfterMs,
    int maxPending,
    long drainTimeoutMs,
    long livenessTimeoutMs) {
  /** Least silence by which a link may be judged: three heartbeats. */
  public static final long MIN_LIVENESS_TIMEOUT_MS = 1_500;

  private static final long MAX_WAIT_MS = 600_000;

  /** Checks the ranges. */
  public ServiceLimits {
    requireRange("maxQueued", maxQueued, 1, RuntimeSettings.MAX_COUNT);
    requireRange("maxSessionsPerClient", maxSessionsPerClient, 1, 2L * RuntimeSettings.MAX_COUNT);
    requireRange("requestsPerSecondPerClient", requestsPerSecondPerClient, 0, 1_000_000);
    requireRange("retryAfterMs", retryAfterMs, 1, MAX_WAIT_MS);
    requireRange("maxPending", maxPending, 1, 1 << 20);
    requireRange("drainTimeoutMs", drainTimeoutMs, 0, MAX_WAIT_MS);
    requireRange("livenessTimeoutMs", livenessTimeoutMs, MIN_LIVENESS_TIMEOUT_MS, MAX_WAIT_MS);
  }

  /**
   * 64 waiting requests, no bound for a single client but that of all, tries again after 100 ms,
   * 1,024 unanswered at a client, 10 s to drain, 5 s of silence.
   */
  public static ServiceLimits defaults() {
    return new ServiceLimits(64, 2 * RuntimeSettings.MAX_COUNT, 0, 100, 1024, 10_000, 5_000);
  }

  /** The same with other bounds for each client. */
  public ServiceLimits withClientQuota(final int sessions, final int requestsPerSecond) {
    return new ServiceLimits(
        maxQueued,
        sessions,
        requestsPerSecond,
        retryAfterMs,
        maxPending,
        drainTimeoutMs,
        livenessTimeoutMs);
  }

  /** The same with another bound of waiting requests. */
  public ServiceLimits withMaxQueued(final int queued) {
    return new ServiceLimits(
        queued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        maxPending,
        drainTimeoutMs,
        livenessTimeoutMs);
  }

  /** The same with another bound of unanswered requests at a client. */
  public ServiceLimits withMaxPending(final int pending) {
    return new ServiceLimits(
        maxQueued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        pending,
        drainTimeoutMs,
        livenessTimeoutMs);
  }

  /** The same with other times to drain and to give a silent peer up. */
  public ServiceLimits withTimeouts(final long drainMs, final long livenessMs) {
    return new ServiceLimits(
        maxQueued,
        maxSessionsPerClient,
        requestsPerSecondPerClient,
        retryAfterMs,
        maxPending,
        drainMs,
        livenessMs);
  }

  private static void requireRange(
      final String name, final long value, final long least, final long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " must be " + least + " to " + most + ": " + value);
    }
  }
}
