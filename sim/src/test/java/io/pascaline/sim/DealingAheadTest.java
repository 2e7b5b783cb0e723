// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.sim.trace.TimelineBar;
import io.pascaline.sim.trace.TimelineBar.Activity;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DealingAheadTest {
  private static final long SEED = 11;

  private static SimulationResult run(double dealerSpeed, int readyAhead) {
    CompiledNetwork network = TestNetworks.residual(SEED);
    return SimulatedInference.run(
        network,
        TestNetworks.inputs(network, 6, SEED),
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse("lan")))
            .inferences(6, 0)
            .correlations(2, readyAhead)
            .dealerSpeed(dealerSpeed)
            .build());
  }

  private static long totalNs(List<TimelineBar> bars, Activity activity) {
    return bars.stream()
        .filter(bar -> bar.activity() == activity)
        .mapToLong(bar -> bar.untilNs() - bar.fromNs())
        .sum();
  }

  @Test
  void shouldMakeInferencesWaitForASlowDealer() {
    SimulationResult quick = run(1_000, 2);
    SimulationResult slow = run(0.0001, 2);
    long quickNs = quick.answers().get(5).latencyNs();
    long slowNs = slow.answers().get(5).latencyNs();
    assertTrue(slowNs > 10 * quickNs, slowNs + " ns against " + quickNs + " ns");
    long waitNs = totalNs(slow.timeline(0, slow.endNs()), Activity.WAIT_CORRELATION);
    assertTrue(waitNs > slowNs / 2, waitNs + " ns of " + slowNs + " ns");
    // Two were dealt ahead: they do not feel it.
    assertTrue(slow.answers().get(0).latencyNs() < slowNs / 10);
  }

  /** Two inferences are dealt ahead; the other four while their predecessors are in flight. */
  @Test
  void shouldDealWhileInferencesAreInFlight() {
    SimulationResult result = run(1, 1);
    List<TimelineBar> bars = result.timeline(0, result.endNs());
    List<TimelineBar> online =
        bars.stream()
            .filter(bar -> bar.role().equals("party 0") && bar.activity() == Activity.ONLINE)
            .toList();
    long firstNs = online.stream().mapToLong(TimelineBar::fromNs).min().orElseThrow();
    long lastNs = online.stream().mapToLong(TimelineBar::untilNs).max().orElseThrow();
    List<TimelineBar> dealing =
        bars.stream()
            .filter(bar -> bar.role().equals("dealer") && bar.activity() == Activity.OFFLINE)
            .toList();
    long between =
        dealing.stream().filter(bar -> bar.fromNs() > firstNs && bar.untilNs() < lastNs).count();
    assertTrue(2 * between > dealing.size(), between + " of " + dealing.size());
  }

  @Test
  void shouldSpeakOfEveryRoleInTheTimeline() {
    SimulationResult result = run(1, 0);
    assertEquals(
        List.of("client", "dealer", "party 0", "party 1"),
        result.timeline(0, result.endNs()).stream().map(TimelineBar::role).distinct().toList());
  }
}
