// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A party that has as many links of clients as it takes, each client with a key of its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LinkSlotsTest {
  private static final int MAX_LINKS = 8;

  /** All but that of the one party that is pinned. */
  private static final int CLIENT_PLACES = MAX_LINKS - 1;

  private static final long SILENCE_MS = 60_000;
  private static final long OLD_LIFE = 1L << 40;
  private static final LinkMessage LOSE_ALL = new LinkMessage.Credit(1, 2, 3);

  private final SecureRandom random = new SecureRandom();
  private final RecordingListener atTarget = new RecordingListener();
  private final List<PrivateIdentity> clients = new ArrayList<>();
  private final List<TransportNode> nodes = new ArrayList<>();
  private final List<RecordingListener> listeners = new ArrayList<>();
  private EmbeddedDriver driver;
  private TransportNode target;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
    for (int i = 0; i <= CLIENT_PLACES; i++) {
      clients.add(PrivateIdentity.generate(random));
    }
    Stream<PinnedPeers.Peer> pinned =
        clients.stream().map(key -> new PinnedPeers.Peer(key.publicIdentity(), Role.CLIENT, -1));
    PinnedPeers.Peer party =
        new PinnedPeers.Peer(Nodes.identity(1).publicIdentity(), Role.PARTY, 1);
    target =
        TransportNode.launch(
            lasting(Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), atTarget))
                .listener(losing())
                .security(
                    new LinkSecurity.Secured(
                        Nodes.identity(0),
                        PinnedPeers.of(Stream.concat(pinned, Stream.of(party)).toList())))
                .maxLinks(MAX_LINKS));
  }

  @AfterEach
  void close() {
    nodes.forEach(TransportNode::close);
    target.close();
    assertEquals(0, target.counters().errors());
    driver.close();
  }

  private static TransportContext lasting(TransportContext context) {
    return context.peerTimeoutMs(SILENCE_MS).resumeTimeoutMs(SILENCE_MS).termBytes(1 << 20);
  }

  /** Loses all its links at a message, and stands still while their peers dial again. */
  private LinkListener losing() {
    return new ForwardingListener(atTarget) {
      @Override
      public void onMessage(Link link, LinkMessage message) {
        super.onMessage(link, message);
        if (message.equals(LOSE_ALL)) {
          List.copyOf(target.agent().carriers())
              .forEach(carrier -> carrier.lose("cut", System.nanoTime()));
          RawPeer.await(
              "losses", () -> nodes.stream().allMatch(node -> node.counters().suspended() == 1));
          long sinceNs = System.nanoTime();
          RawPeer.await("time to dial", () -> System.nanoTime() - sinceNs > 200_000_000L);
        }
      }
    };
  }

  private void dial(TransportContext context, RecordingListener listener) {
    TransportNode node = TransportNode.launch(lasting(context));
    nodes.add(node);
    listeners.add(listener);
    node.connect(target.address(), "party 0");
  }

  private void dialAsClient(int client) {
    RecordingListener listener = new RecordingListener();
    dial(
        Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
            .hello(Nodes.hello(Role.CLIENT, -1))
            .security(Nodes.secured(clients.get(client), Nodes.identity(0).publicIdentity(), 0)),
        listener);
  }

  private void dialAsParty(LinkAddress listen) {
    RecordingListener listener = new RecordingListener();
    dial(Nodes.party(1, driver, listen, listener), listener);
  }

  private List<Link> fill(int count) {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      dialAsClient(i);
      links.add(atTarget.awaitOpened());
    }
    return links;
  }

  private long refusals() {
    return target.counters().faults(FrameFault.TOO_MANY_LINKS);
  }

  /** However many clients there are, and however they dial. */
  @Test
  void shouldLetAPartyInWhereClientsHaveAllTheirPlaces() {
    fill(CLIENT_PLACES);
    dialAsClient(CLIENT_PLACES);
    RawPeer.await("refusal", () -> refusals() > 0);

    dialAsParty(Nodes.freshAddress(Medium.IPC));

    Link link = atTarget.awaitOpened();
    assertEquals("party 1", link.peerName());
    assertTrue(link.isOpen());
    assertFalse(atTarget.hasClosed());
  }

  /** The old link still takes the place: nobody has noticed yet that its peer was killed. */
  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"CLIENT", "PARTY"})
  void shouldLetARestartedPeerInWhereItsOldLinkIsStillOpen(Role role) {
    boolean party = role == Role.PARTY;
    LinkAddress address = Nodes.freshAddress(Medium.IPC);
    fill(party ? CLIENT_PLACES : CLIENT_PLACES - 1);
    if (!party) {
      dialAsParty(Nodes.freshAddress(Medium.IPC));
      atTarget.awaitOpened();
    }
    PrivateIdentity own = party ? Nodes.identity(1) : clients.get(CLIENT_PLACES);
    try (RawPeer peer = new RawPeer(driver, address, party ? 1 : -1)) {
      RawInitiator initiator = new RawInitiator(peer, own, role, party ? 1 : -1, address);
      initiator.dial(target.address(), OLD_LIFE, Resumption.NONE);
      Link old = atTarget.awaitOpened();
      assertTrue(old.isOpen());

      initiator.dial(target.address(), OLD_LIFE + 1, Resumption.NONE);

      assertTrue(atTarget.awaitClosed().endsWith("was restarted"));
      assertEquals(OLD_LIFE + 1, atTarget.awaitOpened().peerHello().nodeId());
      assertFalse(old.isOpen());
      assertEquals(0, refusals());
    }
  }

  /** A network that was away for a moment: nobody pays for the others' coming back. */
  @Test
  void shouldGoOnWithAllThatWereLostTogether() {
    List<Link> links = fill(CLIENT_PLACES);
    dialAsParty(Nodes.freshAddress(Medium.IPC));
    links.add(atTarget.awaitOpened());

    assertTrue(listeners.get(0).awaitOpened().send(LOSE_ALL));

    RawPeer.await("return", () -> target.counters().resumed() == MAX_LINKS);
    assertEquals(0, refusals());
    assertFalse(atTarget.hasClosed());
    for (int i = 0; i < links.size(); i++) {
      assertTrue(links.get(i).send(new LinkMessage.Credit(1, i, 0)));
      assertEquals(new LinkMessage.Credit(1, i, 0), listeners.get(i).awaitMessage());
    }
  }
}
