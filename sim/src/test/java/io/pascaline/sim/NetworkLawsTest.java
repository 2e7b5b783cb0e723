// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.compute.CostModel;
import io.pascaline.sim.network.LinkProfile;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Outage;
import io.pascaline.sim.network.Place;
import io.pascaline.sim.trace.MessageEvent;
import io.pascaline.sim.trace.MessageKind;
import io.pascaline.transport.link.AbortReason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the network alone adds: computation is free here. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NetworkLawsTest {
  private static final long SEED = 7;
  private static final int WIDTH = 8;
  private static final long MS = 1_000_000;

  private static LinkProfile link(long latencyNs) {
    return LinkProfile.of(2 * latencyNs, LinkProfile.UNLIMITED);
  }

  private static SimulationResult run(CompiledNetwork network, NetworkModel links, long timeoutMs) {
    return SimulatedInference.run(
        network,
        TestNetworks.inputs(network, 1, SEED),
        SimulationSettings.builder()
            .costs(plan -> CostModel.free())
            .network(links)
            .requestTimeoutMs(timeoutMs)
            .build());
  }

  /**
   * With client latency c and party latency d, party 0 begins at c and party 1 when it knows the
   * session's number, at c + d. From then on a party sends opening i + 1 when it has sent and heard
   * opening i, so their k-th rounds end at most at c + (k + 1) d, at one of the two parties exactly
   * then; the answer needs c more.
   */
  @ParameterizedTest(name = "{0} products, client {1} ms, parties {2} ms")
  @CsvSource({"1, 3, 50", "2, 0, 50", "3, 10, 1", "4, 25, 25"})
  void shouldTakeOneLatencyPerRound(int products, long clientMs, long dMs) {
    CompiledNetwork network = TestNetworks.chain(products, WIDTH, SEED);
    long rounds = network.plan().costs().rounds();
    assertEquals(2 * products - 1, rounds);
    SimulationResult result =
        run(
            network,
            NetworkModel.of(link(dMs * MS), link(11 * MS), link(clientMs * MS)),
            3_600_000);
    assertEquals(rounds, result.rounds());
    assertEquals(2 * clientMs * MS + (rounds + 1) * dMs * MS, result.answers().get(0).latencyNs());
    assertEquals(
        result.answers().get(0).latencyNs(),
        result.answers().get(0).resultOrNull().onlineLatencyNs(),
        "the client's own clock");
  }

  /**
   * With one exchange, party 1's opening is the last to arrive: it is sent once the session's
   * number has left party 0 and come over, and then has to leave itself.
   */
  @ParameterizedTest(name = "{0} words at {1} bit/s")
  @CsvSource({"1000, 1000000", "200000, 100000000"})
  void shouldAddTheTimeThatBytesTakeToLeave(int width, long bitsPerSecond) {
    CompiledNetwork network = TestNetworks.wide(width, SEED);
    LinkProfile parties = LinkProfile.of(20 * MS, bitsPerSecond);
    SimulationResult result = run(network, NetworkModel.of(parties, link(0), link(MS)), 3_600_000);
    MessageEvent number = message(result, MessageKind.SESSION_OPEN, "party 0");
    MessageEvent opening = message(result, MessageKind.OPENING, "party 1");
    assertEquals(4L * width, opening.payloadBytes());
    assertTrue(opening.frameBytes() > opening.payloadBytes());
    assertEquals(
        2 * MS
            + 2 * parties.latencyNs()
            + parties.transmissionNs(number.frameBytes())
            + parties.transmissionNs(opening.frameBytes()),
        result.answers().get(0).latencyNs());
  }

  /** Party 1 connects to party 0 and the client to both, so "up" applies to their messages. */
  @Test
  void shouldTakeTheBandwidthOfTheEndThatConnects() {
    CompiledNetwork network = TestNetworks.wide(1_000, SEED);
    LinkProfile thin =
        LinkProfile.of(20 * MS, 100_000_000).toBuilder().upBitsPerSecond(1_000_000).build();
    SimulationResult result = run(network, NetworkModel.of(thin, link(0), thin), 3_600_000);
    int up = 0;
    for (MessageEvent message : result.trace().messages()) {
      boolean isOfDealer = message.from().equals("dealer") || message.to().equals("dealer");
      if (!isOfDealer && message.kind() != MessageKind.HELLO) {
        boolean isUp =
            message.from().equals("client")
                || (message.from().equals("party 1") && message.to().equals("party 0"));
        up += isUp ? 1 : 0;
        LinkProfile symmetric = LinkProfile.of(20 * MS, isUp ? 1_000_000 : 100_000_000);
        assertEquals(
            message.leftNs() + symmetric.latencyNs(), message.arrivedNs(), message.toString());
        assertTrue(
            message.leftNs() - message.sentNs() >= symmetric.transmissionNs(message.frameBytes()),
            message.toString());
        assertTrue(
            isUp
                || message.leftNs() - message.sentNs()
                    < LinkProfile.of(0, 1_000_000).transmissionNs(message.frameBytes()),
            message.toString());
      }
    }
    // Two shares of the input, and the opening.
    assertTrue(up >= 3, up + " messages");
  }

  private static MessageEvent message(SimulationResult result, MessageKind kind, String from) {
    return result.trace().messages().stream()
        .filter(event -> event.kind() == kind && event.from().equals(from))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldCostWholeRoundTripsWhenPacketsAreLost() {
    CompiledNetwork network = TestNetworks.chain(4, WIDTH, SEED);
    long latencyNs = 10 * MS;
    LinkProfile lossy =
        LinkProfile.of(2 * latencyNs, LinkProfile.UNLIMITED).toBuilder().lossRate(0.5).build();
    long calmNs =
        run(network, NetworkModel.uniform(link(latencyNs)), 3_600_000).answers().get(0).latencyNs();
    long lossyNs =
        run(network, NetworkModel.uniform(lossy), 3_600_000).answers().get(0).latencyNs();
    // 18 messages, each lost with probability 1/2: that none is has probability 2^-18.
    assertTrue(lossyNs > calmNs, lossyNs + " ns");
    assertEquals(0, lossyNs % latencyNs);
  }

  @Test
  void shouldStayWithinTheJitter() {
    CompiledNetwork network = TestNetworks.chain(3, WIDTH, SEED);
    long jitterNs = 5 * MS;
    LinkProfile shaking =
        LinkProfile.of(20 * MS, LinkProfile.UNLIMITED).toBuilder().jitterNs(jitterNs).build();
    long calmNs =
        run(network, NetworkModel.uniform(link(10 * MS)), 3_600_000).answers().get(0).latencyNs();
    long shakenNs =
        run(network, NetworkModel.uniform(shaking), 3_600_000).answers().get(0).latencyNs();
    // Two hops of the client, the session's number, and one per exchange.
    long hops = 3 + network.plan().costs().rounds();
    assertTrue(shakenNs > calmNs && shakenNs < calmNs + hops * jitterNs, shakenNs + " ns");
  }

  @Test
  void shouldEndAtTheDeadlineWhenThePartiesAreCutOff() {
    CompiledNetwork network = TestNetworks.chain(2, WIDTH, SEED);
    SimulatedAnswer answer = answerInOutage(network, 5_000 * MS, 1_000);
    assertEquals(AbortReason.DEADLINE, answer.reasonOrNull());
    assertEquals(1_000 * MS, answer.latencyNs());
  }

  @Test
  void shouldGoOnAfterAnOutageThatTheLinkSurvives() {
    CompiledNetwork network = TestNetworks.chain(2, WIDTH, SEED);
    SimulatedAnswer answer = answerInOutage(network, 5_000 * MS, 60_000);
    assertTrue(answer.succeeded(), answer.toString());
    assertTrue(answer.latencyNs() > 5_000 * MS && answer.latencyNs() < 6_000 * MS);
  }

  @Test
  void shouldLoseThePeerWhenTheOutageOutlastsTheLink() {
    CompiledNetwork network = TestNetworks.chain(2, WIDTH, SEED);
    SimulatedAnswer answer = answerInOutage(network, Outage.FOREVER, 60_000);
    assertEquals(AbortReason.PEER_LOST, answer.reasonOrNull());
    // Ten seconds without a sign of life, and the way back to the client.
    assertEquals(10_000 * MS + 10 * MS, answer.latencyNs());
  }

  /** Returns the parties' link fails at the instant of asking. */
  private static SimulatedAnswer answerInOutage(
      CompiledNetwork network, long lengthNs, long timeoutMs) {
    NetworkModel calm = NetworkModel.uniform(link(10 * MS));
    long askedNs = run(network, calm, timeoutMs).answers().get(0).askedNs();
    long untilNs = lengthNs == Outage.FOREVER ? Outage.FOREVER : askedNs + lengthNs;
    NetworkModel cut = calm.withOutages(List.of(new Outage(Place.PARTIES, askedNs, untilNs)));
    return run(network, cut, timeoutMs).answers().get(0);
  }
}
