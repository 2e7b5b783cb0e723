// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a cell node tells gateways and its party, in each state. */
class CellGateTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final SplittableRandom RANDOM = new SplittableRandom(3);
  private static final NetworkPlan PLAN =
      SmallNetworks.residual(
              RANDOM,
              3,
              6,
              () ->
                  List.of(SmallNetworks.image(SmallNetworks.inputShape(6).elementCount(), RANDOM)))
          .plan();
  private static final LinkMessage.InputShare SHARE =
      new LinkMessage.InputShare(new RequestId(1, 2), 1_000, new int[] {3, 4});

  private static final URI GATEWAY = URI.create("https://cell-a0.example");

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Link> links = new LinkedBlockingQueue<>();
  private final ActorRef<CellGate.Command> gate =
      KIT.spawn(
          CellGate.create(
              "a",
              new ClientEntrance(0, PLAN, new Party(), new PartyCounters(), 8, () -> 8, 50),
              Optional.of(GATEWAY),
              ServiceKey.create(CellMessage.class, "test")));
  private final TestProbe<GatewayMessage> gateway = KIT.createTestProbe();

  /** Records what happens on its links. */
  private final class Party implements LinkListener {
    @Override
    public void onOpened(Link link) {
      links.add(link);
      events.add("opened " + link.peerIdentity());
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      events.add(link.peerIdentity() + " " + message.kind());
    }

    @Override
    public void onClosed(Link link, String reason) {
      events.add("closed " + link.peerIdentity());
    }
  }

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private String nextEvent() throws InterruptedException {
    return events.poll(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldReportToWhoSubscribesUntilItDrains() {
    gate.tell(new CellMessage.Subscribe(gateway.ref()));
    GatewayMessage.Report report = gateway.expectMessageClass(GatewayMessage.Report.class);
    assertEquals("a", report.load().cell());
    assertEquals(Optional.of(GATEWAY), report.gateway());
    assertFalse(report.load().isServing(), "its party has no epoch");
    // Unchanged, and reported all the same.
    gateway.expectMessageClass(GatewayMessage.Report.class, Duration.ofSeconds(10));

    TestProbe<Done> drained = KIT.createTestProbe();
    gate.tell(new CellGate.Drain(drained.ref()));
    drained.expectMessage(Done.getInstance());
    assertFalse(gateway.expectMessageClass(GatewayMessage.Report.class).load().isServing());
  }

  @Test
  void shouldOpenOneLinkForEachClientAndBringItsAnswersBack() throws Exception {
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:bob", SHARE));
    assertEquals("opened token:alice", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());
    assertEquals("opened token:bob", nextEvent());
    assertEquals("token:bob INPUT_SHARE", nextEvent());

    Link alice = links.take();
    RequestAbort abort =
        RequestAbort.ofRequest(SHARE.request(), AbortReason.OVERLOADED, "full", 50);
    assertTrue(alice.send(abort));
    assertEquals(
        abort,
        gateway
            .fishForMessage(
                Duration.ofSeconds(10),
                message ->
                    message instanceof GatewayMessage.ToClient
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore())
            .stream()
            .map(message -> ((GatewayMessage.ToClient) message).message())
            .findFirst()
            .orElseThrow());

    gate.tell(new CellMessage.ClientGone(gateway.ref(), "token:alice"));
    assertEquals("closed token:alice", nextEvent());
    assertFalse(alice.send(abort), "a closed link takes nothing");
  }

  @Test
  void shouldOpenAnotherLinkOnceThePartyHasClosedOne() throws Exception {
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    assertEquals("opened token:alice", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());
    links.take().close();
    assertEquals("closed token:alice", nextEvent());

    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    assertEquals("opened token:alice", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());

    gate.tell(new CellMessage.ClientGone(gateway.ref(), "token:alice"));
    assertEquals("closed token:alice", nextEvent());
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:bob", SHARE));
    assertEquals("opened token:bob", nextEvent(), "each link is closed once");
  }

  @Test
  void shouldCloseTheLinksOfAGatewayThatIsGone() throws Exception {
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    assertEquals("opened token:alice", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());
    gateway.stop();
    assertEquals("closed token:alice", nextEvent());
  }

  /** A gateway speaks for clients with tokens, not for those that links have identified. */
  @Test
  void shouldTakeClientsOfTokensAlone() throws Exception {
    gate.tell(new CellMessage.FromClient(gateway.ref(), "ed25519:alice", SHARE));
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:bob", SHARE));
    assertEquals("opened token:bob", nextEvent());
  }

  @Test
  void shouldCloseAllLinksWhenItStops() throws Exception {
    gate.tell(new CellMessage.FromClient(gateway.ref(), "token:alice", SHARE));
    assertEquals("opened token:alice", nextEvent());
    assertEquals("token:alice INPUT_SHARE", nextEvent());
    KIT.stop(gate);
    assertEquals("closed token:alice", nextEvent());
  }
}
