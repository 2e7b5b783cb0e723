package io.pascaline.cli.simulate;

import io.pascaline.cli.report.SuiteFigures;
import io.pascaline.cli.suite.Activation;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.SimulatedInference;
import io.pascaline.sim.SimulationSettings;
import io.pascaline.sim.compute.CostModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs every point of a scenario, one after the other. */
final class Sweep {
  private final Scenario scenario;
  private final SimModel model;
  private final Consumer<String> notes;

  /**
   * A sweep.
   *
   * @param notes told of progress, in lines
   */
  Sweep(final Scenario scenario, final SimModel model, final Consumer<String> notes) {
    this.scenario = scenario;
    this.model = model;
    this.notes = notes;
  }

  List<SimRun> run() {
    final List<float[]> inputs = model.inputs(scenario.base().seed());
    final List<SimRun> runs = new ArrayList<>();
    for (final Activation activation : scenario.activations()) {
      final CompiledNetwork network = TimingNetwork.compile(activation, model.graph(), inputs);
      final Function<NetworkPlan, CostModel> costs =
          CostChoice.of(scenario.costs(), network, inputs, notes);
      for (final Scenario.Network point : scenario.networks()) {
        notes.accept("simulating " + activation.label() + " over " + point.parties());
        final SimulationSettings settings =
            scenario.base().withNetwork(point.model()).withCosts(costs);
        runs.add(
            new SimRun(
                activation,
                SuiteFigures.of(network),
                point.parties(),
                SimulatedInference.run(network, inputs, settings)));
      }
    }
    return runs;
  }
}
