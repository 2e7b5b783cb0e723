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
   * @param quota limits how many inferences the dealer deals for
   * @param minEpochMs the shortest time from the start of an epoch to the start of the next one
   *     that a party asks for. The setup of the earlier epoch must have ended, too. With 0, neither
   *     applies: the parties are trusted not to ask without need.
   */
  public record Pace(DealingQuota quota, long minEpochMs) {
    /** Returns a pace without limits: the dealer deals whenever its parties have room. */
    public static Pace unlimited() {
      return new Pace(DealingQuota.unlimited(), 0);
    }
  }

  @Override
  public String toString() {
    return "DealerSettings[layers=" + plan.layers().size() + "]";
  }
}
