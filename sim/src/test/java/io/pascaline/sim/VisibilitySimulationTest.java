// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.sim.trace.LayerTraffic;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Simulations of networks, whoever knows the weights. */
class VisibilitySimulationTest {
  private static final long SEED = 31;

  private final FusedNetwork network = TestNetworks.residual(SEED);

  private SimulationResult run(Visibility visibility, String profile, int inferences) {
    return SimulatedInference.run(
        network.with(visibility),
        TestNetworks.inputs(network, inferences, SEED),
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse(profile)))
            .inferences(inferences, 0)
            .correlations(inferences, inferences)
            .build());
  }

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldAnswerAndCountWhatThePlanPromises(Visibility visibility) {
    PlanCosts costs = network.with(visibility).plan().costs();
    List<float[]> inputs = TestNetworks.inputs(network, 4, SEED);

    SimulationResult result = run(visibility, "wan,jitter=5ms,loss=5%", 4);

    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      TestNetworks.assertAnswer(network, inputs.get(answer.number()), answer.resultOrNull());
    }
    assertEquals(costs.rounds(), result.rounds());
    assertEquals(costs.online(), result.online());
    assertEquals(costs.setup(), result.setup());
    assertEquals(costs.advanceBytes(), result.advanceBytes());
    assertEquals(costs.offlineBytes(), result.offlineBytes());
    for (LayerTraffic layer : result.layerTraffic()) {
      LayerCost cost = costs.layers().get(layer.layer());
      assertEquals(cost.rounds(), layer.rounds(), layer.name());
      assertEquals(cost.online(), layer.online(), layer.name());
      assertEquals(cost.advanceBytes(), layer.advanceBytes(), layer.name());
      assertEquals(cost.offlineBytes(), layer.offlineBytes(), layer.name());
    }
    for (PartyTraffic traffic : result.traffic()) {
      int id = traffic.partyId();
      assertEquals(4 * costs.online().by(id), traffic.openedBytesSent());
      assertEquals(4L * costs.openings(id), traffic.rounds());
      // Of each inference, and of those for which there is room beyond them.
      assertTrue(traffic.advanceBytesSent() >= id * 4 * costs.advanceBytes());
      assertTrue(traffic.advanceBytesSent() <= id * 8 * costs.advanceBytes());
      assertEquals(
          visibility == Visibility.OWNED && id == 1, traffic.correctionBytesReceived() == 0);
    }
  }

  /** Where nothing but latency counts, the time is that of the rounds and of the client. */
  @Test
  void shouldTakeOneWayDelaysAsTheTableSays() {
    double oneWayNs = 50e6;
    String profile = "rtt=100ms,bw=unlimited";
    for (Visibility visibility : Visibility.values()) {
      SimulationResult result = run(visibility, profile, 1);
      // The input's share to a party, the number of party 0 to party 1, the answer's share.
      double delays = result.meanLatencyNs() / oneWayNs;
      int rounds = result.rounds();
      assertTrue(
          delays >= rounds + 2 && delays < rounds + 3.5,
          visibility + ": " + delays + " one-way delays, " + rounds + " rounds");
    }
    assertEquals(
        run(Visibility.SHARED, profile, 1).rounds(), run(Visibility.OWNED, profile, 1).rounds());
    assertEquals(2, run(Visibility.PUBLIC, profile, 1).rounds());
  }

  /** What party 1 opens in advance does not use its uplink while somebody waits for an answer. */
  @Test
  void shouldTakeAboutHalfTheTimeOverASlowUplinkWithOwnedWeights() {
    double[] lastNs = new double[2];
    for (Visibility visibility : new Visibility[] {Visibility.SHARED, Visibility.OWNED}) {
      SimulationResult result =
          SimulatedInference.run(
              network.with(visibility),
              TestNetworks.inputs(network, 3, SEED),
              SimulationSettings.builder()
                  .network(NetworkModel.uniform(Profiles.parse("rtt=1ms,bw=100mbps,up=16kbps")))
                  .inferences(3, 60_000_000_000L)
                  .correlations(2, 2)
                  .build());
      for (SimulatedAnswer answer : result.answers()) {
        assertTrue(answer.succeeded(), answer.toString());
      }
      lastNs[visibility.ordinal()] = result.answers().get(2).latencyNs();
    }
    double ratio = lastNs[Visibility.OWNED.ordinal()] / lastNs[Visibility.SHARED.ordinal()];
    assertTrue(ratio < 0.65, "ratio " + ratio);
  }
}
