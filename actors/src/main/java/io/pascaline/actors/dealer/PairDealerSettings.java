// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a dealer of a server and its clients works with.
 *
 * @param plan the public plan
 * @param serverKey the key that it shares with the server, for all clients
 * @param pool where arithmetic runs
 * @param capacity how much it deals at a time for one client
 * @param inferencesPerMinute how many inferences of one client it deals for in the long run; 0 does
 *     not limit
 * @param states returns the stored state of a client by its identity; the same object each time
 * @param fatal told once, in one line, when the dealer cannot ever serve; any thread
 * @param counters what it counts, of all clients together
 */
public record PairDealerSettings(
    NetworkPlan plan,
    CorrelationKey serverKey,
    Compute pool,
    DealingCapacity capacity,
    int inferencesPerMinute,
    Function<String, RoleState> states,
    Consumer<String> fatal,
    DealerCounters counters) {
  /** Less than the time after which a party that has no epoch retries. */
  private static final long MIN_EPOCH_MS = 1_000;

  /** Checks the ranges. */
  public PairDealerSettings {
    if (inferencesPerMinute < 0) {
      throw new IllegalArgumentException(
          "inferencesPerMinute must be at least 0: " + inferencesPerMinute);
    }
  }

  /** Returns the settings of the dealer of one pair. */
  DealerSettings ofPair(CorrelationKey clientKey, RoleState state, DealingQuota quota) {
    return new DealerSettings(
        plan,
        new DealerKeys(serverKey, clientKey),
        pool,
        capacity,
        new DealerSettings.Pace(quota, MIN_EPOCH_MS),
        state,
        fatal,
        counters);
  }

  @Override
  public String toString() {
    return "PairDealerSettings[layers=" + plan.layers().size() + "]";
  }
}
