package io.pascaline.sim;

import io.pascaline.layers.compile.QuantisedNetwork;
import java.util.List;

/**
 * Private inference on a virtual clock: the same dealer, parties, layers, sessions and client as in
 * real runs, over links that are modelled. A simulated second costs no waiting.
 */
public final class SimulatedInference {
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
      final QuantisedNetwork network,
      final List<float[]> inputs,
      final SimulationSettings settings) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("inputs must be at least one: 0");
    }
    try (SimulatedDeployment deployment = new SimulatedDeployment(network, settings)) {
      return deployment.run(inputs);
    }
  }
}
