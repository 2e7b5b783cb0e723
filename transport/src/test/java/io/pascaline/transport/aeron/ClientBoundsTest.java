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
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client can make a party hold, and what another party can. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClientBoundsTest {
  private static final int CLIENT_QUEUE_BYTES = 16 << 10;
  private static final int QUEUE_BYTES = 64 << 10;
  private static final int CLIENT_WORDS = 100;
  private static final int WORDS = 1_000;

  private final PrivateIdentity client = PrivateIdentity.generate(new SecureRandom());
  private final RecordingListener listener = new RecordingListener();
  private EmbeddedDriver driver;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private TransportNode target(boolean sealed) {
    List<PinnedPeers.Peer> known =
        List.of(
            new PinnedPeers.Peer(Nodes.identity(1).publicIdentity(), Role.PARTY, 1),
            new PinnedPeers.Peer(client.publicIdentity(), Role.CLIENT, -1));
    return TransportNode.launch(
        Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
            .security(
                sealed
                    ? new LinkSecurity.Secured(Nodes.identity(0), PinnedPeers.of(known))
                    : LinkSecurity.Plain.INSECURE)
            .peerTimeoutMs(60_000)
            .maxMessageWords(WORDS)
            .maxQueuedBytes(QUEUE_BYTES)
            .clientMaxMessageWords(CLIENT_WORDS)
            .clientMaxQueuedBytes(CLIENT_QUEUE_BYTES));
  }

  private RawStream dial(RawPeer peer, LinkAddress own, Role role, boolean sealed, LinkAddress to) {
    int partyId = role == Role.PARTY ? 1 : -1;
    if (sealed) {
      PrivateIdentity key = role == Role.PARTY ? Nodes.identity(1) : client;
      return new RawInitiator(peer, key, role, partyId, own).dial(to, 1L << 40, Resumption.NONE);
    }
    return peer.stream(to).hello(Nodes.hello(role, partyId), 1, false, Resumption.NONE);
  }

  /** Nothing is acknowledged; on plain links a client is who says so. */
  @ParameterizedTest
  @CsvSource({
    "CLIENT, true, 16384, 100",
    "PARTY, true, 65536, 1000",
    "CLIENT, false, 16384, 100",
    "PARTY, false, 65536, 1000"
  })
  void shouldHoldForEachRoleWhatItNeeds(Role role, boolean sealed, int queueBytes, int words) {
    LinkAddress own = Nodes.freshAddress(Medium.IPC);
    try (TransportNode node = target(sealed);
        RawPeer peer = new RawPeer(driver, own, role == Role.PARTY ? 1 : -1)) {
      RawStream stream = dial(peer, own, role, sealed, node.address());
      Link link = listener.awaitOpened();

      stream.say(new LinkMessage.InputShare(new RequestId(1, 2), 3, new int[words]));
      assertEquals(words, ((LinkMessage.InputShare) listener.awaitMessage()).words().length);

      LinkMessage refusal =
          new LinkMessage.RequestAbort(
              0, LinkMessage.NO_SESSION, new RequestId(1, 2), AbortReason.OVERLOADED, "later", 100);
      int sent = 0;
      while (link.send(refusal)) {
        sent++;
        assertTrue(sent < QUEUE_BYTES, "no bound");
      }
      assertTrue(link.queuedBytes() <= queueBytes, link.queuedBytes() + " bytes");
      // The bound is met but for less than one more refusal.
      assertTrue(link.queuedBytes() > queueBytes - 256, link.queuedBytes() + " bytes");
      assertTrue(link.isOpen());

      stream.say(new LinkMessage.InputShare(new RequestId(1, 2), 3, new int[words + 1]));
      assertTrue(listener.awaitClosed().contains("OVERSIZED"));
      assertEquals(1, node.counters().faults(FrameFault.OVERSIZED));
      assertFalse(listener.hasMessage());
    }
  }
}
