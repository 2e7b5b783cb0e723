// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.sim.trace.DealerCheckTraffic;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Simulations of parties that check their dealer. */
class DealerCheckSimulationTest {
  private static final long SEED = 31;
  private static final int SESSIONS = 24;

  private final FusedNetwork network = TestNetworks.residual(SEED);

  private SimulationResult run(int every, int batch) {
    int inferences = SESSIONS * batch;
    return SimulatedInference.run(
        network,
        TestNetworks.inputs(network, inferences, SEED),
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse("regional")))
            .inferences(inferences, 100_000_000)
            .batch(batch)
            .correlations(8, 8)
            .dealerCheckEvery(every)
            .build());
  }

  @ParameterizedTest(name = "batches of {0}")
  @ValueSource(ints = {1, 4})
  void shouldCountWhatChecksTake(int batch) {
    SimulationResult result = run(3, batch);

    List<float[]> inputs = TestNetworks.inputs(network, SESSIONS * batch, SEED);
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      TestNetworks.assertAnswer(network, inputs.get(answer.number()), answer.resultOrNull());
    }
    DealerCheckTraffic checks = result.dealerChecks();
    // Two parties draw for each of 24 sessions: the seed gives some checks.
    assertTrue(checks.numbers() > 0, checks.toString());
    assertEquals(0, checks.numbers() % batch, checks.toString());
    assertEquals(checks.numbers() * network.plan().costs().offlineBytes(), checks.offlineBytes());
    assertTrue(checks.onlineBytes() >= 2L * 56 * checks.numbers(), checks.toString());
    assertEquals(network.plan().costs().rounds(), result.rounds(), "checks add no round");
    assertEquals(network.plan().costs().offlineBytes(), result.offlineBytes());
  }

  @Test
  void shouldRepeatTheSameChecks() {
    assertEquals(run(3, 1).traceDigest(), run(3, 1).traceDigest());
  }

  @Test
  void shouldCheckNothingUnlessItIsSetTo() {
    assertEquals(new DealerCheckTraffic(0, 0, 0), run(0, 1).dealerChecks());
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> SimulationSettings.builder().dealerCheckEvery(1).build());
    assertTrue(refused.getMessage().contains("dealerCheckEvery"), refused.getMessage());
  }
}
