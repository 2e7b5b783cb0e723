// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node whose clients change while it runs. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AdmittedClientsTest {
  private final PrivateIdentity former = PrivateIdentity.generate(new SecureRandom());
  private final PrivateIdentity later = PrivateIdentity.generate(new SecureRandom());
  private final RecordingListener atTarget = new RecordingListener();
  private final RecordingListener atClient = new RecordingListener();
  private final RecordingListener atPeer = new RecordingListener();
  private EmbeddedDriver driver;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private TransportNode target(Medium medium) {
    List<PinnedPeers.Peer> known =
        List.of(
            new PinnedPeers.Peer(Nodes.identity(1).publicIdentity(), Role.PARTY, 1),
            new PinnedPeers.Peer(former.publicIdentity(), Role.CLIENT, -1));
    return TransportNode.launch(
        Nodes.party(0, driver, Nodes.freshAddress(medium), atTarget)
            .security(new LinkSecurity.Secured(Nodes.identity(0), PinnedPeers.of(known)))
            .peerTimeoutMs(60_000)
            .resumeTimeoutMs(60_000));
  }

  private TransportNode client(Medium medium, PrivateIdentity identity) {
    return TransportNode.launch(
        Nodes.party(0, driver, Nodes.freshAddress(medium), atClient)
            .hello(Nodes.hello(Role.CLIENT, -1))
            .security(Nodes.secured(identity, Nodes.identity(0).publicIdentity(), 0))
            .peerTimeoutMs(60_000)
            .resumeTimeoutMs(60_000));
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldCloseLinksOfRemovedClientsAndTakeNewOnes(Medium medium) {
    try (TransportNode target = target(medium);
        TransportNode peer =
            TransportNode.launch(Nodes.party(1, driver, Nodes.freshAddress(medium), atPeer));
        TransportNode first = client(medium, former);
        TransportNode second = client(medium, later)) {
      peer.connect(target.address(), "party 0");
      Link ofPeer = atTarget.awaitOpened();
      first.connect(target.address(), "party 0");
      Link ofFormer = atTarget.awaitOpened();
      atClient.awaitOpened();

      target.admitClients(List.of(later.publicIdentity()));

      assertTrue(atTarget.awaitClosed().contains("not pinned any more"));
      assertFalse(ofFormer.isOpen());
      atClient.awaitClosed();
      second.connect(target.address(), "party 0");
      Link ofLater = atTarget.awaitOpened();
      assertEquals(later.publicIdentity().toString(), ofLater.peerIdentity());
      // It dials again by itself, and is a stranger now.
      RawPeer.await("refusal", () -> target.counters().faults(FrameFault.UNKNOWN_IDENTITY) > 0);
      assertTrue(ofPeer.isOpen());
      assertTrue(ofPeer.send(new LinkMessage.Credit(1, 2, 3)));
      atPeer.awaitMessage();
    }
  }

  /** A link that waits for its client to come back must not bring a removed one back. */
  @Test
  void shouldEndLinksThatWaitForRemovedClients() {
    try (TransportNode target = target(Medium.IPC)) {
      try (TransportNode first = client(Medium.IPC, former)) {
        first.connect(target.address(), "party 0");
        atTarget.awaitOpened();
        atClient.awaitOpened();
        List.copyOf(first.agent().carriers())
            .forEach(carrier -> carrier.lose("cut", System.nanoTime()));
        List.copyOf(target.agent().carriers())
            .forEach(carrier -> carrier.lose("cut", System.nanoTime()));

        target.admitClients(List.of());

        assertTrue(atTarget.awaitClosed().contains("not pinned any more"));
      }
    }
  }

  @Test
  void shouldRefuseIdentitiesThatOthersHave() {
    try (TransportNode target = target(Medium.IPC)) {
      PublicIdentity party = Nodes.identity(1).publicIdentity();
      PublicIdentity own = Nodes.identity(0).publicIdentity();
      for (PublicIdentity taken : List.of(party, own)) {
        assertThrows(IllegalArgumentException.class, () -> target.admitClients(List.of(taken)));
      }
      PublicIdentity twice = later.publicIdentity();
      assertThrows(
          IllegalArgumentException.class, () -> target.admitClients(List.of(twice, twice)));
      assertEquals(0, target.counters().errors());
    }
  }
}
