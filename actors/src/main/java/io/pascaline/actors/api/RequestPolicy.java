// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.layers.canary.CanarySet;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;

/**
 * How a client asks, whomever it asks and over whatever links.
 *
 * @param timeout deadline of a request that brings none, all its attempts together
 * @param retry when requests are repeated
 * @param ranges what to do with inputs and answers that are out of the plan's range
 * @param audit says which sessions are canaries, and judges their answers
 * @param maxPending requests that may be unanswered, at least 1; further ones fail at once
 */
record RequestPolicy(
    Duration timeout, RetryPolicy retry, RangePolicy ranges, CanaryAudit audit, int maxPending) {
  /** Checks that everything is there and the timeout in range. */
  RequestPolicy {
    ClientRequests.requireTimeout(timeout);
    Objects.requireNonNull(retry, "retry");
    Objects.requireNonNull(ranges, "rangePolicy");
    Objects.requireNonNull(audit, "audit");
  }

  /** Collects what the builders of clients have in common. Not thread-safe. */
  static final class Builder {
    private Duration timeout = Duration.ofSeconds(30);
    private RetryPolicy retry = RetryPolicy.usual();
    private RangePolicy ranges = RangePolicy.WARN;
    private CanaryAudit audit = CanaryAudit.none();
    private int maxPending = ClientRequests.DEFAULT_MAX_PENDING;

    void timeout(Duration ofRequest) {
      timeout = ofRequest;
    }

    void retry(RetryPolicy policy) {
      retry = policy;
    }

    void ranges(RangePolicy policy) {
      ranges = policy;
    }

    /** Checks the rate at once. */
    void canaries(CanarySet set, double rate) {
      audit = new CanaryAudit(set, rate, new SecureRandom());
    }

    void maxPending(int count) {
      maxPending = count;
    }

    /**
     * Returns the policy, which later changes do not touch.
     *
     * @throws IllegalArgumentException for a value that is out of range
     */
    RequestPolicy build() {
      ClientRequests.requireMaxPending(maxPending);
      return new RequestPolicy(timeout, retry, ranges, audit, maxPending);
    }
  }
}
