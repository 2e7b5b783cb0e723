// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * When a client asks again for an inference that ended without an answer. Only whole requests are
 * repeated, each under a new name and in new random shares, so that a repetition tells nobody more
 * than a new question would. Immutable.
 *
 * @param maxAttempts attempts of one request in all, 1 to 100; 1 never repeats
 * @param firstPause least pause before the second attempt, doubled for each further one
 * @param longestPause most that a pause grows to, if the parties' hint asks for no more
 */
public record RetryPolicy(int maxAttempts, Duration firstPause, Duration longestPause) {
  private static final int MAX_ATTEMPTS = 100;
  private static final int MAX_DOUBLINGS = 20;
  private static final Set<AbortReason> PASSING =
      EnumSet.of(
          AbortReason.OVERLOADED,
          AbortReason.SHUTTING_DOWN,
          AbortReason.PEER_LOST,
          AbortReason.DEALER_LOST,
          AbortReason.CLIENT_LOST);

  /** Checks the ranges. */
  public RetryPolicy {
    Objects.requireNonNull(firstPause, "firstPause");
    Objects.requireNonNull(longestPause, "longestPause");
    if (maxAttempts < 1 || maxAttempts > MAX_ATTEMPTS) {
      throw new IllegalArgumentException(
          "maxAttempts must be 1 to " + MAX_ATTEMPTS + ": " + maxAttempts);
    }
    if (firstPause.toMillis() < 1) {
      throw new IllegalArgumentException("firstPause must be at least 1 ms: " + firstPause);
    }
    if (longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "longestPause must be at least firstPause " + firstPause + ": " + longestPause);
    }
  }

  /** Up to 10 attempts, after pauses of 100 ms to 5 s, within the request's deadline. */
  public static RetryPolicy usual() {
    return new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  /** Asks once. A refusal with a hint is still followed within the deadline. */
  public static RetryPolicy never() {
    return new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1));
  }

  /** Returns whether an end of that reason may have passed by the next attempt. */
  boolean isPassing(AbortReason reason) {
    return PASSING.contains(reason);
  }

  /**
   * Returns the pause before the next attempt.
   *
   * @param attempts how many there were, at least 1
   * @param hintMs after how long the parties ask to be asked again; 0 if they say nothing
   * @param jitter from 0 to 1, to spread those who failed together
   */
  long pauseMs(int attempts, long hintMs, double jitter) {
    long grown =
        Math.min(
            longestPause.toMillis(),
            firstPause.toMillis() << Math.min(attempts - 1, MAX_DOUBLINGS));
    return Math.max(hintMs, Math.max(1, (long) (grown * (0.5 + 0.5 * jitter))))
        + (long) (0.5 * hintMs * jitter);
  }
}
