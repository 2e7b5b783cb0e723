// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.AbortReason;
import java.util.EnumSet;
import java.util.Set;

/**
 * When a client repeats a request that ended without an answer. Only whole requests are repeated,
 * each under a new id and in new random shares, so that a repetition tells nobody more than a new
 * request would. Immutable.
 *
 * <p>A refusal ({@code OVERLOADED}, {@code SHUTTING_DOWN}) is no attempt, since no party has begun:
 * it is retried until the request's deadline. Any other end that may pass is retried while attempts
 * are left.
 *
 * @param maxAttempts attempts of one request in all, at least 1; 1 never repeats one that has begun
 * @param firstPauseMs pause after the first end, doubled for each further one, at least 1
 * @param maxPauseMs limit of the doubling, unless the parties ask for more
 */
public record Retries(int maxAttempts, long firstPauseMs, long maxPauseMs) {
  private static final int MAX_DOUBLINGS = 5;
  private static final Set<AbortReason> REFUSALS =
      EnumSet.of(AbortReason.OVERLOADED, AbortReason.SHUTTING_DOWN);
  private static final Set<AbortReason> PASSING =
      EnumSet.of(AbortReason.PEER_LOST, AbortReason.DEALER_LOST, AbortReason.CLIENT_LOST);

  /** Retries refusals alone. */
  public static Retries ofRefusals() {
    return new Retries(1, 50, 1_600);
  }

  /** Returns whether an end of that reason means that no party has begun. */
  boolean isRefusal(AbortReason reason) {
    return REFUSALS.contains(reason);
  }

  /**
   * Returns whether a request that ended is repeated, time permitting.
   *
   * @param attempts how many have begun, the one that ended included
   */
  boolean isRetried(AbortReason reason, int attempts) {
    return isRefusal(reason) || (PASSING.contains(reason) && attempts < maxAttempts);
  }

  /**
   * Returns the pause before the next attempt.
   *
   * @param ends how often the request has ended so far, at least 1
   * @param hintMs the pause that the parties ask for; 0 if they ask for none
   * @param jitter from 0 to 1, to spread requests that ended together
   */
  long pauseMs(int ends, long hintMs, double jitter) {
    long firstMs = Math.max(firstPauseMs, hintMs);
    long grownMs = firstMs << Math.min(ends - 1, MAX_DOUBLINGS);
    long limitedMs = Math.min(grownMs, Math.max(maxPauseMs, firstMs << MAX_DOUBLINGS));
    if (hintMs == 0) {
      limitedMs = Math.min(grownMs, maxPauseMs);
    }
    return Math.max(Math.max(1, hintMs), (long) (limitedMs * (0.5 + jitter)));
  }
}
