// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import java.security.MessageDigest;
import java.util.function.Consumer;

/**
 * What a dealer works with. It never holds weights, inputs or anything of the online phase.
 *
 * @param plan the public plan
 * @param party0Key the key it shares with party 0
 * @param party1Key the key it shares with party 1
 * @param pool where arithmetic runs
 * @param concurrentDeals corrections made at a time, at least 1
 * @param dealBytes what corrections that are made or not yet handed to a link may take together; a
 *     single one may take more
 * @param state what it keeps of what it dealt
 * @param fatal told once, in one line, when the dealer cannot ever serve; any thread
 * @param counters what it counts
 * @param quota for how many inferences it deals
 * @param minEpochMs how long an epoch lasts at least before one that is asked for begins, and then
 *     only once its weight masks are made; 0 if the parties are trusted not to ask without need
 */
public record DealerSettings(
    NetworkPlan plan,
    CorrelationKey party0Key,
    CorrelationKey party1Key,
    Compute pool,
    int concurrentDeals,
    long dealBytes,
    RoleState state,
    Consumer<String> fatal,
    DealerCounters counters,
    DealingQuota quota,
    long minEpochMs) {
  /** Checks the ranges. */
  public DealerSettings {
    if (MessageDigest.isEqual(party0Key.encoded(), party1Key.encoded())) {
      throw new IllegalArgumentException(
          "party0Key and party1Key are the same key: each party would know the other's masks");
    }
    if (concurrentDeals < 1) {
      throw new IllegalArgumentException("concurrentDeals must be at least 1: " + concurrentDeals);
    }
    if (dealBytes < 1) {
      throw new IllegalArgumentException("dealBytes must be at least 1: " + dealBytes);
    }
  }

  /** The settings of a dealer that deals for as many as its parties have room for. */
  public DealerSettings(
      NetworkPlan plan,
      CorrelationKey party0Key,
      CorrelationKey party1Key,
      Compute pool,
      int concurrentDeals,
      long dealBytes,
      RoleState state,
      Consumer<String> fatal,
      DealerCounters counters) {
    this(
        plan,
        party0Key,
        party1Key,
        pool,
        concurrentDeals,
        dealBytes,
        state,
        fatal,
        counters,
        DealingQuota.unlimited(),
        0);
  }

  @Override
  public String toString() {
    return "DealerSettings[layers=" + plan.layers().size() + "]";
  }
}
