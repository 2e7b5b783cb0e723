// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.compute.CostModel;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
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
 * @param intervalNs between one request and the next; 0 asks for all at once
 * @param precomputedCorrelations inferences whose correlations each layer buffers, at least 1
 * @param readyAhead inferences whose correlations are awaited before the first request, from 0 to
 *     precomputedCorrelations
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
    long intervalNs,
    int precomputedCorrelations,
    int readyAhead,
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
    require("intervalNs", intervalNs >= 0, intervalNs);
    require("precomputedCorrelations", precomputedCorrelations >= 1, precomputedCorrelations);
    require("readyAhead", readyAhead >= 0 && readyAhead <= precomputedCorrelations, readyAhead);
    require("dealerSpeed", dealerSpeed > 0 && dealerSpeed <= 1e6, dealerSpeed);
    require("requestTimeoutMs", requestTimeoutMs >= 1, requestTimeoutMs);
  }

  private static void require(String name, boolean holds, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  /**
   * One inference in a LAN, machines with two cores and the shipped rates, one correlation ahead
   * and awaited, a deadline of an hour, seed 1.
   */
  public static SimulationSettings defaults() {
    return new SimulationSettings(
        NetworkModel.uniform(Profiles.parse("lan")),
        Layout.SEPARATE,
        2,
        CostRates.SHIPPED::over,
        1,
        0,
        1,
        1,
        1,
        3_600_000,
        1);
  }

  /** Returns the same in another network. */
  public SimulationSettings withNetwork(NetworkModel other) {
    return new SimulationSettings(
        other,
        layout,
        coresPerMachine,
        costs,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        requestTimeoutMs,
        seed);
  }

  /** Returns the same on other machines. */
  public SimulationSettings withMachines(Layout otherLayout, int cores) {
    return new SimulationSettings(
        network,
        otherLayout,
        cores,
        costs,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        requestTimeoutMs,
        seed);
  }

  /** Returns the same with other costs of computation. */
  public SimulationSettings withCosts(Function<NetworkPlan, CostModel> other) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        other,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        requestTimeoutMs,
        seed);
  }

  /** Returns the same with another number of requests. */
  public SimulationSettings withInferences(int count, long betweenNs) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        costs,
        count,
        betweenNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        requestTimeoutMs,
        seed);
  }

  /**
   * Returns the same with another buffer of correlations, of which some are awaited before the
   * start.
   */
  public SimulationSettings withCorrelations(int ahead, int awaited) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        costs,
        inferences,
        intervalNs,
        ahead,
        awaited,
        dealerSpeed,
        requestTimeoutMs,
        seed);
  }

  /** Returns the same with another dealer. */
  public SimulationSettings withDealerSpeed(double speed) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        costs,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        speed,
        requestTimeoutMs,
        seed);
  }

  /** Returns the same with another deadline. */
  public SimulationSettings withRequestTimeoutMs(long timeoutMs) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        costs,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        timeoutMs,
        seed);
  }

  /** Returns the same with another seed. */
  public SimulationSettings withSeed(long other) {
    return new SimulationSettings(
        network,
        layout,
        coresPerMachine,
        costs,
        inferences,
        intervalNs,
        precomputedCorrelations,
        readyAhead,
        dealerSpeed,
        requestTimeoutMs,
        other);
  }
}
