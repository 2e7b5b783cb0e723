// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.Layout;
import io.pascaline.sim.SimulatedAnswer;
import io.pascaline.sim.SimulatedInference;
import io.pascaline.sim.SimulationResult;
import io.pascaline.sim.SimulationSettings;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.sim.trace.MessageEvent;
import io.pascaline.sim.trace.MessageKind;
import io.pascaline.sim.trace.WorkEvent;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;

/** What the simulator's cost model says of the inference that was measured. */
final class SimulatedTimeline {
  private SimulatedTimeline() {}

  /**
   * Simulates one inference with all roles on one machine like this, with rates measured now.
   *
   * @param network the network
   * @param input of the inference
   * @param calibrationMs real time for measuring the rates
   * @return where the simulated time goes
   */
  static Breakdown of(CompiledNetwork network, float[] input, long calibrationMs) {
    CostRates rates = SimulatedInference.calibrate(network, List.of(input), calibrationMs);
    SimulationSettings settings =
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse("lan")))
            .machines(Layout.SHARED, Runtime.getRuntime().availableProcessors())
            .costs(rates::over)
            .build();
    SimulationResult result = SimulatedInference.run(network, List.of(input), settings);
    return of(network.plan(), result);
  }

  private static Breakdown of(NetworkPlan plan, SimulationResult result) {
    SimulatedAnswer answer = result.firstAnswered();
    long fromNs = answer.askedNs();
    long untilNs = fromNs + answer.latencyNs();
    List<Span> within = new ArrayList<>();
    for (WorkEvent work : result.trace().works()) {
      if (work.urgency() == Urgency.ONLINE && work.startNs() >= fromNs) {
        within.add(
            new Span(
                Span.Event.TASK,
                work.role(),
                work.work().kind().name(),
                work.work().layer(),
                work.work().round(),
                work.startNs(),
                work.endNs()));
      }
    }
    for (MessageEvent message : result.trace().messages()) {
      if (message.sentNs() >= fromNs) {
        within.add(at(Span.Event.QUEUED, message.from(), message, message.sentNs()));
        within.add(at(Span.Event.ENCODED, message.from(), message, message.leftNs()));
        within.add(at(Span.Event.DECODED, message.to(), message, message.arrivedNs()));
      }
    }
    return new InferenceTimeline(plan).breakdown(fromNs, untilNs, within);
  }

  /** Encoding and decoding take no time of their own in the model: the links' rates have it. */
  private static Span at(Span.Event event, String node, MessageEvent message, long atNs) {
    String kind =
        message.kind() == MessageKind.OPENING
            ? LinkMessage.Kind.MASKED_TENSOR.name()
            : message.kind().name();
    return new Span(event, node, kind, message.layer(), message.round(), atNs, atNs);
  }
}
