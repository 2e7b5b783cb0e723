// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.transport.link.AbortReason;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All requests at once, far more than the parties take: each is answered, none piles up. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SimulatedOverloadTest {
  private static final long SEED = 23;
  private static final int OFFERED = 120;
  private static final int MAX_SESSIONS = 2;
  private static final int MAX_QUEUED = 3;

  @Test
  void shouldAnswerEverybodyWhoTriesAgainWithBoundedQueues() {
    CompiledNetwork network = TestNetworks.residual(SEED);
    SimulationSettings settings =
        SimulationSettings.builder().inferences(OFFERED, 0).correlations(2, 1).build();
    try (SimulatedDeployment deployment =
        new SimulatedDeployment(
            network,
            settings,
            MAX_SESSIONS,
            PartyLimits.defaults().toBuilder().maxQueued(MAX_QUEUED).build(),
            new VirtualTime())) {
      SimulationResult result = deployment.run(TestNetworks.inputs(network, 4, SEED));

      assertEquals(OFFERED, result.answers().stream().filter(SimulatedAnswer::succeeded).count());
      for (int party = 0; party < 2; party++) {
        PartyCounters counters = deployment.counters(party);
        int bound = (MAX_SESSIONS + MAX_QUEUED) * (1 + party);
        assertTrue(counters.sessionsPeak() <= bound, "peak " + counters.sessionsPeak());
      }
      assertTrue(deployment.counters(0).inFlightPeak() <= MAX_SESSIONS);
      assertTrue(deployment.counters(0).refusals(AbortReason.OVERLOADED) > OFFERED / 2);
    }
  }
}
