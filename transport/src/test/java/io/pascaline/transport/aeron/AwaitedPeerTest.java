// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that has as many links as it takes, and a peer that lost its own for a moment. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AwaitedPeerTest {
  private static final int MAX_LINKS = 2;

  private final PrivateIdentity client = PrivateIdentity.generate(new SecureRandom());
  private final RecordingListener atTarget = new RecordingListener();
  private final RecordingListener atPeer = new RecordingListener();
  private final RecordingListener atClient = new RecordingListener();
  private final AtomicReference<NodeAgent> peerAgent = new AtomicReference<>();
  private final AtomicBoolean away = new AtomicBoolean(true);

  private TransportContext target(EmbeddedDriver driver) {
    List<PinnedPeers.Peer> known =
        List.of(
            new PinnedPeers.Peer(Nodes.identity(1).publicIdentity(), Role.PARTY, 1),
            new PinnedPeers.Peer(client.publicIdentity(), Role.CLIENT, -1));
    return Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), atTarget)
        .security(new LinkSecurity.Secured(Nodes.identity(0), PinnedPeers.of(known)))
        .maxLinks(MAX_LINKS)
        .peerTimeoutMs(60_000)
        .resumeTimeoutMs(60_000);
  }

  /** Loses its link at a message and stands still until it is told to go on. */
  private LinkListener leaving() {
    return new ForwardingListener(atPeer) {
      @Override
      public void onMessage(Link link, LinkMessage message) {
        super.onMessage(link, message);
        if (away.get()) {
          List.copyOf(peerAgent.get().carriers())
              .forEach(carrier -> carrier.lose("cut", System.nanoTime()));
          RawPeer.await("its return", () -> !away.get());
        }
      }
    };
  }

  private TransportNode clientNode(EmbeddedDriver driver) {
    return TransportNode.launch(
        Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), atClient)
            .hello(Nodes.hello(Role.CLIENT, -1))
            .peerTimeoutMs(60_000)
            .security(Nodes.secured(client, Nodes.identity(0).publicIdentity(), 0)));
  }

  /** Clients that dial meanwhile must not take the place of the link that is to go on. */
  @Test
  void shouldKeepThePlaceOfAPeerThatIsToComeBack() {
    try (EmbeddedDriver driver = EmbeddedDriver.launch();
        TransportNode target = TransportNode.launch(target(driver));
        TransportNode peer =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), atPeer)
                    .listener(leaving())
                    .peerTimeoutMs(60_000)
                    .resumeTimeoutMs(60_000))) {
      peerAgent.set(peer.agent());
      peer.connect(target.address(), "party 0");
      Link link = atTarget.awaitOpened();
      atPeer.awaitOpened();
      assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
      RawPeer.await("loss", () -> target.counters().suspended() == 1);

      try (TransportNode first = clientNode(driver);
          TransportNode second = clientNode(driver)) {
        first.connect(target.address(), "party 0");
        atTarget.awaitOpened();
        second.connect(target.address(), "party 0");
        RawPeer.await("refusal", () -> target.counters().faults(FrameFault.TOO_MANY_LINKS) > 0);

        away.set(false);

        RawPeer.await("resumption", () -> target.counters().resumed() == 1);
        assertTrue(link.isOpen());
        assertFalse(atTarget.hasClosed());
        assertEquals(2, target.counters().opened());
      }
    }
  }
}
