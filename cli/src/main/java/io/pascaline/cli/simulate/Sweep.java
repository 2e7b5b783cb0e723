// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.Activation;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.sim.SimulatedInference;
import io.pascaline.sim.SimulationSettings;
import io.pascaline.sim.compute.CostModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs every point of a scenario, one after the other. */
final class Sweep {
  private final Scenario scenario;
  private final SimModel model;
  private final Optional<Approximation> approximation;
  private final Consumer<String> notes;

  /**
   * A sweep.
   *
   * @param approximation of ReLU in the fused suite; empty for a polynomial in its place
   * @param notes told of progress, in lines
   */
  Sweep(
      Scenario scenario,
      SimModel model,
      Optional<Approximation> approximation,
      Consumer<String> notes) {
    this.scenario = scenario;
    this.model = model;
    this.approximation = approximation;
    this.notes = notes;
  }

  List<SimRun> run() {
    List<float[]> inputs = model.inputs(scenario.base().seed());
    List<SimRun> runs = new ArrayList<>();
    for (Activation activation : scenario.activations()) {
      CompiledNetwork network =
          TimingNetwork.compile(activation, model.graph(), inputs, approximation);
      Function<NetworkPlan, CostModel> costs =
          CostChoice.of(scenario.costs(), network, inputs, notes);
      for (Visibility visibility : scenario.visibilities()) {
        CompiledNetwork chosen = network.with(visibility);
        for (Scenario.Network point : scenario.networks()) {
          notes.accept(
              "simulating " + SimRun.label(activation, visibility) + " over " + point.parties());
          SimulationSettings settings =
              scenario.base().toBuilder().network(point.model()).costs(costs).build();
          runs.add(
              new SimRun(
                  activation,
                  SuiteFigures.of(chosen),
                  point.parties(),
                  SimulatedInference.run(chosen, inputs, settings)));
        }
      }
    }
    return runs;
  }
}
