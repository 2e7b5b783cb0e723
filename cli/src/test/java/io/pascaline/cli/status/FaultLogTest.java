// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class FaultLogTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateIdentity party = PrivateIdentity.generate(RANDOM);
  private final PrivateIdentity dealer = PrivateIdentity.generate(RANDOM);
  private final PrivateIdentity stranger = PrivateIdentity.generate(RANDOM);
  private final Logger logger = (Logger) LoggerFactory.getLogger(FaultLog.class);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  @BeforeEach
  void listen() {
    events.start();
    logger.addAppender(events);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(events);
    logger.setAdditive(true);
  }

  @Test
  void shouldNameAStrangerOnceAndCountItsStreams() {
    try (TransportNode listening = node(Role.PARTY, 0, party, peer(dealer, Role.DEALER, -1))) {
      FaultLog quiet = FaultLog.of(listening.counters());
      quiet.close();
      assertEquals(List.of(), events.list);

      FaultLog log = FaultLog.of(listening.counters());
      try (TransportNode dialling = node(Role.DEALER, -1, stranger, peer(party, Role.PARTY, 0))) {
        dialling.connect(listening.address(), "party 0");
        while (listening.counters().authenticationFailures() == 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
      }
      log.close();
      assertEquals(2, events.list.size());
      ILoggingEvent event = events.list.get(0);
      assertEquals("streams refused", event.getMessage());
      String faults = String.valueOf(event.getKeyValuePairs().get(0).value);
      assertTrue(faults.matches("unknown_identity [1-9][0-9]*"), faults);
      String who = String.valueOf(events.list.get(1).getKeyValuePairs().get(0).value);
      assertTrue(who.contains(stranger.publicIdentity() + " is not pinned, from 127.0.0.1"), who);
    }
  }

  private static PinnedPeers.Peer peer(PrivateIdentity identity, Role role, int partyId) {
    return new PinnedPeers.Peer(identity.publicIdentity(), role, partyId);
  }

  private static TransportNode node(
      Role role, int partyId, PrivateIdentity own, PinnedPeers.Peer peer) {
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return TransportNode.launch(
        new TransportContext()
            .hello(
                new LinkMessage.Hello(
                    role,
                    partyId,
                    RANDOM.nextLong(),
                    1,
                    new byte[LinkMessage.PLAN_DIGEST_BYTES],
                    new byte[LinkMessage.SHARING_ID_BYTES],
                    nonce))
            .listen(LinkAddress.udp("localhost", 0))
            .security(new LinkSecurity.Secured(own, PinnedPeers.of(List.of(peer))))
            .listener(new Deaf()));
  }

  private static final class Deaf implements LinkListener {
    @Override
    public void onOpened(Link link) {}

    @Override
    public void onMessage(Link link, LinkMessage message) {}

    @Override
    public void onClosed(Link link, String reason) {}

    @Override
    public void onUnreachable(LinkAddress peer, TransportException reason) {}

    @Override
    public void onDown(TransportException reason) {}
  }
}
