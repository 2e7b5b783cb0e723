// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.compute.CostModel;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.transport.link.LinkMessage;
import java.util.Objects;
import java.util.function.Function;

/**
 * What is simulated. Immutable.
 *
 * @param network the links
 * @param layout which roles share a machine
 * @param coresPerMachine cores of each machine, at least 1
 * @param costs makes the cost model of a plan
 * @param inferences how many are asked for, at least 1
 * @param batch of these in one request and session, at least 1; the last one may have fewer
 * @param intervalNs between one request and the next; 0 asks for all at once
 * @param precomputedCorrelations inferences whose correlations each layer buffers, at least 1
 * @param readyAhead inferences whose correlations are awaited before the first request, from 0 to
 *     precomputedCorrelations
 * @param dealerCheckEvery K, at least 2, if each party uses one of K sessions to check the dealer;
 *     0 for no checks
 * @param dealerSpeed the dealer works this many times as fast as the cost model says
 * @param requestTimeoutMs deadline of an inference in virtual time, at least 1
 * @param seed of jitter and loss
 */
public record SimulationSettings(
    NetworkModel network,
    Layout layout,
    int coresPerMachine,
    Function<NetworkPlan, CostModel> costs,
    int inferences,
    int batch,
    long intervalNs,
    int precomputedCorrelations,
    int readyAhead,
    int dealerCheckEvery,
    double dealerSpeed,
    long requestTimeoutMs,
    long seed) {
  /** Checks the ranges. */
  public SimulationSettings {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(costs, "costs");
    require("coresPerMachine", coresPerMachine >= 1, coresPerMachine);
    require("inferences", inferences >= 1, inferences);
    require("batch", batch >= 1 && batch <= LinkMessage.MAX_BATCH, batch);
    require("intervalNs", intervalNs >= 0, intervalNs);
    require("precomputedCorrelations", precomputedCorrelations >= 1, precomputedCorrelations);
    require("readyAhead", readyAhead >= 0 && readyAhead <= precomputedCorrelations, readyAhead);
    require(
        "dealerCheckEvery",
        dealerCheckEvery == 0
            || (dealerCheckEvery >= 2 && dealerCheckEvery <= PartyLimits.MAX_CHECK_EVERY),
        dealerCheckEvery);
    require("dealerSpeed", dealerSpeed > 0 && dealerSpeed <= 1e6, dealerSpeed);
    require("requestTimeoutMs", requestTimeoutMs >= 1, requestTimeoutMs);
  }

  private static void require(String name, boolean holds, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  /**
   * Returns a builder that begins with one inference in a LAN, machines with two cores and the
   * shipped rates, one precomputed correlation that is awaited, a timeout of an hour, and seed 1.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that begins with these settings. */
  public Builder toBuilder() {
    return new Builder()
        .network(network)
        .machines(layout, coresPerMachine)
        .costs(costs)
        .inferences(inferences, intervalNs)
        .batch(batch)
        .correlations(precomputedCorrelations, readyAhead)
        .dealerCheckEvery(dealerCheckEvery)
        .dealerSpeed(dealerSpeed)
        .requestTimeoutMs(requestTimeoutMs)
        .seed(seed);
  }

  /** Collects settings; {@link #build} checks them. Not thread-safe. */
  public static final class Builder {
    private NetworkModel network = NetworkModel.uniform(Profiles.parse("lan"));
    private Layout layout = Layout.SEPARATE;
    private int coresPerMachine = 2;
    private Function<NetworkPlan, CostModel> costs = CostRates.SHIPPED::over;
    private int inferences = 1;
    private int batch = 1;
    private long intervalNs;
    private int precomputedCorrelations = 1;
    private int readyAhead = 1;
    private int dealerCheckEvery;
    private double dealerSpeed = 1;
    private long requestTimeoutMs = 3_600_000;
    private long seed = 1;

    private Builder() {}

    /** Sets the links. */
    public Builder network(NetworkModel model) {
      network = model;
      return this;
    }

    /** Sets which roles share a machine, and the cores of each machine. */
    public Builder machines(Layout roles, int cores) {
      layout = roles;
      coresPerMachine = cores;
      return this;
    }

    /** Sets what makes the cost model of a plan. */
    public Builder costs(Function<NetworkPlan, CostModel> models) {
      costs = models;
      return this;
    }

    /** Sets how many inferences one session carries. */
    public Builder batch(int images) {
      batch = images;
      return this;
    }

    /** Sets the number of inferences, and the time between one request and the next. */
    public Builder inferences(int count, long betweenNs) {
      inferences = count;
      intervalNs = betweenNs;
      return this;
    }

    /**
     * Sets for how many inferences each layer buffers correlations, and how many of these are
     * awaited before the first request.
     */
    public Builder correlations(int precomputed, int awaited) {
      precomputedCorrelations = precomputed;
      readyAhead = awaited;
      return this;
    }

    /** Makes each party use one of that many sessions to check the dealer; 0 for no checks. */
    public Builder dealerCheckEvery(int sessions) {
      dealerCheckEvery = sessions;
      return this;
    }

    /** Sets how many times as fast as the cost model says the dealer works. */
    public Builder dealerSpeed(double speed) {
      dealerSpeed = speed;
      return this;
    }

    /** Sets the deadline of an inference, in virtual time. */
    public Builder requestTimeoutMs(long timeoutMs) {
      requestTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets the seed of jitter and loss. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if one is out of its range, with its name and value
     */
    public SimulationSettings build() {
      return new SimulationSettings(
          network,
          layout,
          coresPerMachine,
          costs,
          inferences,
          batch,
          intervalNs,
          precomputedCorrelations,
          readyAhead,
          dealerCheckEvery,
          dealerSpeed,
          requestTimeoutMs,
          seed);
    }
  }
}
