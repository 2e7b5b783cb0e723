// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.Objects;

/**
 * What a gateway node serves, and how much at a time. Immutable.
 *
 * @param partyId whose operator runs it
 * @param plan what its cells compute
 * @param maxRequests requests that it takes at a time; each holds a share in memory
 * @param maxRequestsOfOne how many of these may be of one client when the node starts
 * @param retryAfterMs the time after which a refused client is asked to try again
 */
public record GatewayNodeSettings(
    int partyId, NetworkPlan plan, int maxRequests, int maxRequestsOfOne, long retryAfterMs) {
  /** Checks the ranges. */
  public GatewayNodeSettings {
    Objects.requireNonNull(plan, "plan");
    if (partyId < 0 || partyId > 1) {
      throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
    }
    if (maxRequests < 1 || maxRequestsOfOne < 1 || retryAfterMs < 1) {
      throw new IllegalArgumentException(
          "maxRequests, maxRequestsOfOne and retryAfterMs must be at least 1: "
              + maxRequests
              + ", "
              + maxRequestsOfOne
              + ", "
              + retryAfterMs);
    }
  }
}
