// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SimulatedCellsTest {
  private static final long SEED = 29;
  private static final int INFERENCES = 160;
  private static final int CLIENTS_PER_CELL = 4;

  private static SimulatedCells.Result run(int cells) {
    CompiledNetwork network = TestNetworks.residual(SEED);
    SimulatedCells.Result result =
        SimulatedCells.run(
            network,
            TestNetworks.inputs(network, 4, SEED),
            SimulationSettings.builder()
                .network(NetworkModel.uniform(Profiles.parse("lan")))
                .inferences(INFERENCES, 0)
                .correlations(4, 4)
                .build(),
            cells,
            CLIENTS_PER_CELL * cells);
    assertEquals(INFERENCES, result.answers().stream().filter(SimulatedAnswer::succeeded).count());
    assertEquals(INFERENCES, result.byCell().stream().mapToInt(count -> count).sum());
    return result;
  }

  /** Cells share nothing, so only an uneven assignment or the ends of the run cost anything. */
  @Test
  void shouldGrowThroughputWithTheNumberOfCells() {
    double one = run(1).throughputPerSecond();
    SimulatedCells.Result four = run(4);
    double growth = four.throughputPerSecond() / one;
    System.out.printf(
        "throughput: 1 cell %.1f/s, 4 cells %.1f/s, %.2f times, by cell %s%n",
        one, four.throughputPerSecond(), growth, four.byCell());
    assertTrue(growth >= 3.8, "4 cells answer " + growth + " times as much as one");
    assertTrue(growth <= 4.2, "no cell is faster beside others: " + growth);
  }
}
