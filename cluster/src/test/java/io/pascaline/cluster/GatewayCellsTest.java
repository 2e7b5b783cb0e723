// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.link.ShareCounters;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** How a gateway node learns of cells, brings them shares, and ends what a lost one had begun. */
class GatewayCellsTest {
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
  private static final RequestId REQUEST = new RequestId(1, 2);

  private static final URI OWN_GATEWAY = URI.create("https://cell-a0.example");

  private final ServiceKey<CellMessage> key =
      ServiceKey.create(CellMessage.class, "cells-" + RANDOM.nextLong());
  private final ClusterEntrances entrances =
      new ClusterEntrances(new GatewayNodeSettings(0, PLAN, 8, 8, 50), () -> 0);
  private final ActorRef<GatewayCells.Command> gateway =
      KIT.spawn(GatewayCells.create(entrances, key));
  private final TestProbe<CellMessage> cell = KIT.createTestProbe();
  private final Client client = new Client();

  /** The link of a gateway's client. */
  private static final class Client implements Link {
    private final LinkedBlockingQueue<LinkMessage> received = new LinkedBlockingQueue<>();

    @Override
    public String peerName() {
      return "client alice";
    }

    @Override
    public String peerIdentity() {
      return "token:alice";
    }

    @Override
    public LinkMessage.Hello peerHello() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean send(LinkMessage message) {
      return received.add(message);
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public LinkCounters counters() {
      return new ShareCounters();
    }

    @Override
    public void close() {}

    private LinkMessage next() throws InterruptedException {
      return received.poll(10, TimeUnit.SECONDS);
    }
  }

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  /** Registers the cell, and returns where clients enter it. */
  private LinkListener registered() {
    KIT.system().receptionist().tell(Receptionist.register(key, cell.ref()));
    cell.expectMessageClass(CellMessage.Subscribe.class);
    gateway.tell(
        new GatewayMessage.Report(
            cell.ref(),
            new CellLoad("a", true, 0, 0, 4),
            new PartyReadiness(true, true, true),
            Optional.of(OWN_GATEWAY)));
    Operators.await(() -> !entrances.loads().isEmpty(), "the report");
    return entrances.listener("a").orElseThrow();
  }

  @Test
  void shouldAssignACellOnceItHasReported() {
    assertEquals(Optional.empty(), entrances.assign(""));
    registered();
    assertEquals(Optional.of("a"), entrances.assign(""));
    assertTrue(entrances.readiness().isReady());
    assertEquals(1, entrances.listeners().size());
  }

  @Test
  void shouldNameTheOwnGatewaysOfCellsThatServe() {
    registered();
    assertEquals(Map.of("a", OWN_GATEWAY), entrances.cellGateways());
    gateway.tell(
        new GatewayMessage.Report(
            cell.ref(),
            new CellLoad("a", false, 0, 0, 4),
            PartyReadiness.NONE,
            Optional.of(OWN_GATEWAY)));
    Operators.await(() -> entrances.cellGateways().isEmpty(), "the report of a cell that drains");
    cell.stop();
    Operators.await(() -> entrances.listeners().isEmpty(), "the end of the cell");
    assertEquals(Map.of(), entrances.cellGateways());
  }

  @Test
  void shouldBringSharesToTheCellAndAnswersBack() throws Exception {
    LinkListener party = registered();
    party.onMessage(client, new LinkMessage.InputShare(REQUEST, 1_000, new int[] {1}));
    CellMessage.FromClient from = cell.expectMessageClass(CellMessage.FromClient.class);
    assertEquals("token:alice", from.client());
    assertEquals(1, entrances.unansweredCount("a"));

    LinkMessage.OutputShare output = new LinkMessage.OutputShare(REQUEST, new int[] {2});
    from.gateway().tell(new GatewayMessage.ToClient(cell.ref(), output));
    assertEquals(output, client.next());
    assertEquals(0, entrances.unansweredCount("a"));
  }

  @Test
  void shouldEndWhatALostCellHadBegun() throws Exception {
    LinkListener party = registered();
    party.onMessage(client, new LinkMessage.InputShare(REQUEST, 1_000, new int[] {1}));
    cell.expectMessageClass(CellMessage.FromClient.class);
    cell.stop();
    RequestAbort abort = (RequestAbort) client.next();
    assertEquals(AbortReason.PEER_LOST, abort.reason());
    assertEquals(Optional.empty(), entrances.listener("a"));
    assertEquals(Set.of(), entrances.listeners());

    // A link that still knows the lost cell gets its end at once.
    party.onMessage(client, new LinkMessage.InputShare(REQUEST, 1_000, new int[] {1}));
    assertEquals(AbortReason.PEER_LOST, ((RequestAbort) client.next()).reason());
  }

  @Test
  void shouldNotHearWhoIsNotListed() {
    registered();
    TestProbe<CellMessage> stranger = KIT.createTestProbe();
    gateway.tell(
        new GatewayMessage.Report(
            stranger.ref(),
            new CellLoad("b", true, 0, 0, 4),
            PartyReadiness.NONE,
            Optional.of(OWN_GATEWAY)));
    gateway.tell(
        new GatewayMessage.Report(
            cell.ref(), new CellLoad("a", true, 1, 0, 4), PartyReadiness.NONE, Optional.empty()));
    Operators.await(() -> entrances.loads().get(0).requests() == 1, "the second report");
    assertEquals(1, entrances.loads().size());
    assertEquals(Map.of(), entrances.cellGateways(), "it announces none any more");
  }
}
