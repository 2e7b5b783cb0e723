// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Retries;
import java.time.Duration;
import java.util.Objects;

/**
 * When a client repeats a request that ended without an answer. Only whole requests are repeated,
 * each under a new id and in new random shares, so that a repetition tells nobody more than a new
 * request would. Immutable.
 *
 * <p>A refusal of a party that is busy or about to stop is no attempt, since nothing has begun: it
 * is retried until the request's deadline, after the pause that the party asks for or more.
 *
 * @param maxAttempts attempts of one request in all, 1 to 100; 1 never repeats one that has begun
 * @param firstPause pause before the second attempt, doubled for each further one
 * @param longestPause limit of the doubling, unless the parties ask for more
 */
public record RetryPolicy(int maxAttempts, Duration firstPause, Duration longestPause) {
  private static final int MAX_ATTEMPTS = 100;

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

  /** Returns up to 10 attempts, after pauses of 100 ms to 5 s, within the request's deadline. */
  public static RetryPolicy usual() {
    return new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  /** Returns one attempt; refusals are still retried within the deadline. */
  public static RetryPolicy never() {
    Retries ofRefusals = Retries.ofRefusals();
    return new RetryPolicy(
        ofRefusals.maxAttempts(),
        Duration.ofMillis(ofRefusals.firstPauseMs()),
        Duration.ofMillis(ofRefusals.maxPauseMs()));
  }

  /** Returns the policy as the client's actor follows it. */
  Retries toRetries() {
    return new Retries(maxAttempts, firstPause.toMillis(), longestPause.toMillis());
  }
}
