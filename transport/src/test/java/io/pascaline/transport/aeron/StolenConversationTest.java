// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody with a key of his own who knows all that another's conversation goes on by. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StolenConversationTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateIdentity insider = PrivateIdentity.generate(RANDOM);
  private final RecordingListener listener0 = new RecordingListener();
  private final RecordingListener listener1 = new RecordingListener();

  private LinkSecurity.Secured securityOfTarget() {
    return new LinkSecurity.Secured(
        Nodes.identity(0),
        PinnedPeers.of(
            List.of(
                new PinnedPeers.Peer(Nodes.identity(1).publicIdentity(), Role.PARTY, 1),
                new PinnedPeers.Peer(insider.publicIdentity(), Role.CLIENT, -1))));
  }

  @Test
  void shouldNotGoOnForAnotherIdentity() throws Exception {
    try (EmbeddedDriver driver = EmbeddedDriver.launch();
        TransportNode target =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener0)
                    .security(securityOfTarget()));
        TransportNode victim =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1))) {
      victim.connect(target.address(), "party 0");
      Link link = listener0.awaitOpened();
      Link here = listener1.awaitOpened();
      Resumption known = ((Conversation) link).resumption();
      assertEquals(known.conversation(), ((Conversation) here).resumption().conversation());
      assertNotEquals(0, known.conversation());
      assertFalse(known.toString().contains(Long.toString(known.conversation())));

      // He listens where the victim does, which is possible in shared memory.
      try (RawPeer thief = new RawPeer(driver, victim.address(), -1)) {
        new RawInitiator(thief, insider, Role.CLIENT, -1, victim.address())
            .dial(
                target.address(),
                link.peerHello().nodeId(),
                new Resumption(known.conversation(), 0, 0, 0));

        Link his = listener0.awaitOpened();

        assertEquals(insider.publicIdentity().toString(), his.peerIdentity());
        assertEquals(0, target.counters().resumed() + target.counters().suspended());
        assertTrue(link.isOpen());
        assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
        assertEquals(new LinkMessage.Credit(1, 2, 3), listener1.awaitMessage());
        assertFalse(listener0.hasClosed());
        assertFalse(listener1.hasClosed());
      }
    }
  }
}
