package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.DiallerHandshake;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
      final Link link = listener0.awaitOpened();
      final Link here = listener1.awaitOpened();
      final Resumption known = ((ResumableLink) link).resumption();
      assertEquals(known.conversation(), ((ResumableLink) here).resumption().conversation());
      assertNotEquals(0, known.conversation());
      assertFalse(known.toString().contains(Long.toString(known.conversation())));

      // He listens where the victim does, which is possible in shared memory.
      try (RawPeer thief = new RawPeer(driver, victim.address(), -1)) {
        sayHello(thief, target.address(), victim.address(), link.peerHello().nodeId(), known);

        final Link his = listener0.awaitOpened();

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

  private void sayHello(
      RawPeer thief, LinkAddress target, LinkAddress reply, long nodeId, Resumption known) {
    final Handshake opening = new Handshake(RANDOM.nextLong(), false, reply);
    final PinnedPeers.Peer meant =
        new PinnedPeers.Peer(Nodes.identity(0).publicIdentity(), Role.PARTY, 0);
    final DiallerHandshake keys =
        new DiallerHandshake(
            new LinkSecurity.Secured(insider, PinnedPeers.of(List.of(meant))),
            meant,
            new LinkParameters(Role.CLIENT, -1, 1, 1, 500, 10_000),
            opening,
            RANDOM,
            System::nanoTime);
    final ExclusivePublication stream = thief.say(target, List.of());
    send(stream, keys);
    RawPeer.await("answer", () -> thief.poll() && isAnswered(keys, thief.streams()));
    send(stream, keys);
    final LinkMessage.Hello usual = Nodes.hello(Role.CLIENT, -1);
    new RawStream(stream, keys.channel(), reply, -1)
        .hello(
            new LinkMessage.Hello(
                Role.CLIENT, -1, nodeId, 1, usual.planDigest(), usual.sharingId(), usual.nonce()),
            opening.dialId(),
            false,
            new Resumption(known.conversation(), 0, 0, 0));
  }

  private static void send(ExclusivePublication stream, DiallerHandshake keys) {
    for (byte[] frame = keys.nextFrame(); frame != null; frame = keys.nextFrame()) {
      RawPeer.offer(stream, frame);
      keys.onSent();
    }
  }

  private static boolean isAnswered(DiallerHandshake keys, List<RawReply> streams) {
    for (RawReply reply : streams) {
      final HandshakeAssembly assembly = new HandshakeAssembly();
      try {
        for (byte[] frame : reply.frames()) {
          final HandshakeMessage message =
              assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
          if (message != null) {
            keys.onMessage(message, System.nanoTime());
          }
        }
      } catch (MalformedFrame other) {
        // A stream of the victim's.
        continue;
      }
    }
    return keys.isEstablished();
  }
}
