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

  /** Enough to distinguish the checks of two parties from those of one. */
  private static final int MANY_SESSIONS = 200;

  private static final double CHANCE = 1e-6;

  private SimulationResult run(int every, int batch) {
    return run(SESSIONS, every, batch);
  }

  private SimulationResult run(int sessions, int every, int batch) {
    int inferences = sessions * batch;
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
  void shouldCountTheCostOfChecks(int batch) {
    SimulationResult result = run(3, batch);

    List<float[]> inputs = TestNetworks.inputs(network, SESSIONS * batch, SEED);
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      TestNetworks.assertAnswer(network, inputs.get(answer.number()), answer.resultOrNull());
    }
    DealerCheckTraffic checks = result.dealerChecks();
    assertEquals(0, checks.numbers() % batch, checks.toString());
    assertDrawnByBothParties(checks.numbers() / batch, SESSIONS, 3);
    assertEquals(checks.numbers() * network.plan().costs().offlineBytes(), checks.offlineBytes());
    assertTrue(checks.onlineBytes() >= 2L * 56 * checks.numbers(), checks.toString());
    assertEquals(network.plan().costs().rounds(), result.rounds(), "checks add no round");
    assertEquals(network.plan().costs().offlineBytes(), result.offlineBytes());
  }

  /** Each party draws 1/(K-1) checks for each session, so that dealing takes 2/(K-1) more. */
  @Test
  void shouldCheckAsManySessionsAsBothPartiesDraw() {
    int checks = run(MANY_SESSIONS, 2, 1).dealerChecks().numbers();

    assertDrawnByBothParties(checks, MANY_SESSIONS, 2);
    assertTrue(atLeast(checks, MANY_SESSIONS, 2) < CHANCE, checks + " may be one party's checks");
  }

  /**
   * Asserts that two draws for each session explain a number of checks. A draw is a check with
   * probability 1/K, and is repeated until it is none. The requests of party 1 arrive before the
   * next session gets its number.
   */
  private static void assertDrawnByBothParties(int checks, int sessions, int every) {
    int none = 2 * sessions;
    double expected = none / (every - 1.0);
    String counted = checks + " checks of " + sessions + " sessions, expected " + expected;
    assertTrue(atLeast(checks, none, every) > CHANCE, counted);
    assertTrue(1 - atLeast(checks + 1, none, every) > CHANCE, counted);
  }

  /**
   * Returns the probability of at least {@code checks} checks before {@code none} draws that are no
   * checks. It is the probability that at least {@code checks} of the first {@code checks + none -
   * 1} draws are checks, which is binomial.
   */
  private static double atLeast(int checks, int none, int every) {
    int draws = checks + none - 1;
    double rate = 1.0 / every;
    double term = Math.pow(1 - rate, draws);
    double below = 0;
    for (int count = 0; count < checks; count++) {
      below += term;
      term *= (draws - count) / (count + 1.0) * rate / (1 - rate);
    }
    return Math.max(0, 1 - below);
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
