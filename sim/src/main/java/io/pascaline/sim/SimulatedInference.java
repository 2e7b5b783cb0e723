// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.compute.CostCalibration;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.compute.HandOver;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Private inference on a virtual clock: the same dealer, parties, layers, sessions and client as in
 * real runs, over links that are modelled. A simulated second costs no waiting.
 */
public final class SimulatedInference {
  private static final int MAX_CALIBRATION_INFERENCES = 64;

  private SimulatedInference() {}

  /**
   * Runs a simulation to its end, on the calling thread.
   *
   * @param network the compiled network; its weights are shared between the simulated parties
   * @param inputs what is asked, taken in turn if there are fewer than requests; at least one
   * @param settings links, machines and requests
   * @return what happened, answers included; single requests may have failed
   * @throws SimulationException if no request could be made, in one line
   */
  public static SimulationResult run(
      CompiledNetwork network, List<float[]> inputs, SimulationSettings settings) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("inputs must be at least one: 0");
    }
    try (SimulatedDeployment deployment = new SimulatedDeployment(network, settings)) {
      return deployment.run(inputs);
    }
  }

  /**
   * Finds this machine's rates for a network, by running it: once, and then again as often as fits
   * into the time.
   *
   * @param network the compiled network
   * @param inputs as for {@link #run}
   * @param budgetMs real time for the repetitions
   * @return the rates, for {@link SimulationSettings.Builder#costs}
   */
  public static CostRates calibrate(CompiledNetwork network, List<float[]> inputs, long budgetMs) {
    SimulationSettings settings = SimulationSettings.builder().machines(Layout.SEPARATE, 1).build();
    return CostCalibration.of(
        network.plan(),
        HandOver.measured(),
        measured -> {
          long leftNs = TimeUnit.MILLISECONDS.toNanos(budgetMs);
          int count = 1;
          // The first ones are slow, as nothing is compiled yet: they say little of what fits.
          do {
            long tookNs =
                run(
                        network,
                        inputs,
                        settings.toBuilder().costs(measured).inferences(count, 0).build())
                    .realNs();
            leftNs -= tookNs;
            long fitting = Math.max(0, leftNs) * count / Math.max(1, tookNs);
            count = (int) Math.min(MAX_CALIBRATION_INFERENCES, Math.min(2L * count, fitting));
          } while (count > 0);
        });
  }
}
