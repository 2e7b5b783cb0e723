// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.network.LinkProfile;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Outage;
import io.pascaline.sim.network.Place;
import io.pascaline.sim.trace.LostWork;
import io.pascaline.sim.trace.TimelineBar;
import io.pascaline.sim.trace.TimelineBar.Activity;
import io.pascaline.transport.link.AbortReason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an outage does to inferences and to what is counted of them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OutageTest {
  private static final long SEED = 5;
  private static final long MS = 1_000_000;
  private static final CompiledNetwork NETWORK = TestNetworks.residual(SEED);

  private static SimulationSettings settings(long bitsPerSecond) {
    return SimulationSettings.builder()
        .network(NetworkModel.uniform(LinkProfile.of(20 * MS, bitsPerSecond)))
        .inferences(20, 200 * MS)
        .correlations(8, 8)
        .build();
  }

  private static SimulationResult run(SimulationSettings settings, long fromNs, long untilNs) {
    Outage outage = new Outage(Place.PARTIES, fromNs, untilNs);
    return SimulatedInference.run(
        NETWORK,
        TestNetworks.inputs(NETWORK, 3, SEED),
        settings.toBuilder().network(settings.network().withOutages(List.of(outage))).build());
  }

  @ParameterizedTest(name = "{0} bit/s")
  @ValueSource(longs = {50_000_000L, 10_000_000_000L, 400_000_000_000L, LinkProfile.UNLIMITED})
  void shouldAnswerEverybodyAfterAnOutageThatTheLinkSurvives(long bitsPerSecond) {
    SimulationResult result = run(settings(bitsPerSecond), 1_000 * MS, 1_500 * MS);
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
    }
    assertEquals(new LostWork(0, 0, 0, 0), result.lostWork());
  }

  @Test
  void shouldCountOneInferenceWhereAnEpochWasLost() {
    SimulationResult calm =
        SimulatedInference.run(
            NETWORK, TestNetworks.inputs(NETWORK, 3, SEED), settings(1_000_000_000));
    SimulationResult lost = runThatLosesAnEpoch();
    assertTrue(
        lost.answers().stream().anyMatch(answer -> answer.reasonOrNull() == AbortReason.PEER_LOST));
    assertTrue(lost.answers().get(19).succeeded(), "the last request found the new epoch");
    assertEquals(calm.rounds(), lost.rounds());
    assertEquals(calm.onlineBytesPerParty(), lost.onlineBytesPerParty());
    assertEquals(calm.offlineBytes(), lost.offlineBytes());
    assertEquals(calm.setupBytesPerParty(), lost.setupBytesPerParty());
    assertEquals(calm.layerTraffic(), lost.layerTraffic());
  }

  @Test
  void shouldReportTheWorkOfALostEpochApart() {
    SimulationResult result = runThatLosesAnEpoch();
    LostWork lost = result.lostWork();
    assertEquals(1, lost.epochs());
    assertEquals(result.setupBytesPerParty(), lost.setupBytesPerParty());
    assertTrue(
        lost.offlineBytes() >= 8 * result.offlineBytes(),
        "eight precomputed inferences at least: " + lost);
    assertTrue(lost.onlineBytesPerParty() < 20 * result.onlineBytesPerParty(), lost.toString());
  }

  /** Longer than the peer timeout of links, in the midst of twenty requests. */
  private static SimulationResult runThatLosesAnEpoch() {
    return run(
        settings(1_000_000_000).toBuilder().inferences(20, 1_000 * MS).build(),
        2_050 * MS,
        14_000 * MS);
  }

  @Test
  void shouldShowThatAnInferenceWaitedForItsPeerDuringTheOutage() {
    SimulationSettings settings = settings(10_000_000_000L).toBuilder().inferences(1, 0).build();
    long askedNs =
        SimulatedInference.run(NETWORK, TestNetworks.inputs(NETWORK, 1, SEED), settings)
            .answers()
            .get(0)
            .askedNs();
    SimulationResult result = run(settings, askedNs + 30 * MS, askedNs + 530 * MS);
    for (String party : List.of("party 0", "party 1")) {
      assertTrue(longestNs(result, party, Activity.WAIT_PEER) > 400 * MS, party);
      assertEquals(0, longestNs(result, party, Activity.WAIT_CORRELATION), party);
      assertEquals(500 * MS, longestNs(result, party, Activity.OUTAGE), party);
    }
    assertEquals(0, longestNs(result, "dealer", Activity.OUTAGE));
  }

  @Test
  void shouldShowThatThePartyWithoutANumberWaitsForItsPeer() {
    SimulationSettings settings = settings(10_000_000_000L).toBuilder().inferences(1, 0).build();
    long askedNs =
        SimulatedInference.run(NETWORK, TestNetworks.inputs(NETWORK, 1, SEED), settings)
            .answers()
            .get(0)
            .askedNs();
    SimulationResult result = run(settings, askedNs, askedNs + 500 * MS);
    assertTrue(longestNs(result, "party 1", Activity.WAIT_PEER) > 400 * MS);
    assertEquals(0, longestNs(result, "party 1", Activity.WAIT_CORRELATION));
  }

  @Test
  void shouldNotMistakeALaterEpochsCorrelationsForThoseOfTheFirst() {
    SimulationResult result = runThatLosesAnEpoch();
    assertFalse(result.timeline().isEmpty());
    assertEquals(0, longestNs(result, "party 0", Activity.WAIT_CORRELATION));
    assertEquals(0, longestNs(result, "party 1", Activity.WAIT_CORRELATION));
  }

  private static long longestNs(SimulationResult result, String role, Activity activity) {
    return result.timeline().stream()
        .filter(bar -> bar.role().equals(role) && bar.activity() == activity)
        .mapToLong(OutageTest::length)
        .max()
        .orElse(0);
  }

  private static long length(TimelineBar bar) {
    return bar.untilNs() - bar.fromNs();
  }
}
