// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SimulatedInferenceTest {
  private static final long SEED = 20261123;

  @Test
  void shouldAnswerAsTheIntegersDoWhenManyAskAtOnce() {
    FusedNetwork network = TestNetworks.residual(SEED);
    List<float[]> inputs = TestNetworks.inputs(network, 20, SEED + 1);
    SimulationResult result =
        SimulatedInference.run(
            network,
            inputs,
            SimulationSettings.builder().inferences(20, 0).correlations(4, 2).build());
    assertEquals(20, result.answers().size());
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      TestNetworks.assertAnswer(network, inputs.get(answer.number()), answer.resultOrNull());
    }
  }

  @Test
  void shouldGiveOneTraceForOneSeed() {
    FusedNetwork network = TestNetworks.residual(SEED);
    List<float[]> inputs = TestNetworks.inputs(network, 3, SEED + 1);
    SimulationSettings settings =
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse("wan,jitter=5ms,loss=10%")))
            .inferences(5, 1_000_000)
            .correlations(3, 1)
            .build();
    SimulationResult first = SimulatedInference.run(network, inputs, settings);
    SimulationResult second = SimulatedInference.run(network, inputs, settings);
    assertEquals(first.traceDigest(), second.traceDigest());
    assertEquals(64, first.traceDigest().length());
    assertEquals(first.endNs(), second.endNs());
    SimulationResult other =
        SimulatedInference.run(
            network, inputs, settings.toBuilder().seed(settings.seed() + 1).build());
    assertNotEquals(first.traceDigest(), other.traceDigest());
  }

  @Test
  void shouldCountWhatThePlanPromises() {
    FusedNetwork network = TestNetworks.residual(SEED);
    SimulationResult result =
        SimulatedInference.run(
            network, TestNetworks.inputs(network, 1, SEED), SimulationSettings.builder().build());
    assertEquals(network.plan().costs().rounds(), result.rounds());
    assertEquals(network.plan().costs().onlineBytesPerDirection(), result.onlineBytesPerParty());
    assertEquals(network.plan().costs().offlineBytes(), result.offlineBytes());
    assertEquals(network.plan().costs().setupBytesPerDirection(), result.setupBytesPerParty());
    for (var traffic : result.traffic()) {
      assertEquals(result.onlineBytesPerParty(), traffic.openedBytesSent());
      assertEquals(1, traffic.inferences());
    }
  }

  /** Rounds once for a session, bytes for each of its images; the answers are those of alone. */
  @Test
  void shouldCountRoundsOncePerBatch() {
    FusedNetwork network = TestNetworks.residual(SEED);
    List<float[]> inputs = TestNetworks.inputs(network, 7, SEED + 2);
    SimulationResult result =
        SimulatedInference.run(
            network,
            inputs,
            SimulationSettings.builder().inferences(7, 0).batch(3).correlations(3, 3).build());
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      TestNetworks.assertAnswer(network, inputs.get(answer.number()), answer.resultOrNull());
    }
    int sessions = 3;
    assertEquals(network.plan().costs().rounds(), result.rounds());
    assertEquals(network.plan().costs().onlineBytesPerDirection(), result.onlineBytesPerParty());
    assertEquals(network.plan().costs().offlineBytes(), result.offlineBytes());
    for (var traffic : result.traffic()) {
      assertEquals(7, traffic.inferences());
      assertEquals(sessions, traffic.sessions());
      assertEquals(sessions * network.plan().costs().rounds(), traffic.rounds());
      assertEquals(7 * network.plan().costs().onlineBytesPerDirection(), traffic.openedBytesSent());
    }
  }
}
