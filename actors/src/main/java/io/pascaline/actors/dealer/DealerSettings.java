// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.function.Consumer;

/**
 * What a dealer works with. It never holds weights, inputs or anything of the online phase.
 *
 * @param plan the public plan
 * @param keys that it shares with the parties
 * @param pool where arithmetic runs
 * @param capacity how much it deals at a time
 * @param pace how fast it deals at most
 * @param state what it keeps of what it dealt
 * @param fatal told once, in one line, when the dealer cannot ever serve; any thread
 * @param counters what it counts
 */
public record DealerSettings(
    NetworkPlan plan,
    DealerKeys keys,
    Compute pool,
    DealingCapacity capacity,
    Pace pace,
    RoleState state,
    Consumer<String> fatal,
    DealerCounters counters) {
  /**
   * How fast a dealer deals at most.
   *
   * @param quota for how many inferences
   * @param minEpochMs how long an epoch lasts at least before one that is asked for begins, and
   *     then only once its weight masks are made; 0 if the parties are trusted not to ask without
   *     need
   */
  public record Pace(DealingQuota quota, long minEpochMs) {
    /** Returns that of a dealer that deals for as many as its parties have room for. */
    public static Pace unlimited() {
      return new Pace(DealingQuota.unlimited(), 0);
    }
  }

  @Override
  public String toString() {
    return "DealerSettings[layers=" + plan.layers().size() + "]";
  }
}
