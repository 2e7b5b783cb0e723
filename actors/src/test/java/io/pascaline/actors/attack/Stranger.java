package io.pascaline.actors.attack;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.pascaline.transport.aeron.EmbeddedDriver;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.DiallerHandshake;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Somebody with a media driver of his own, who says whatever bytes he likes to any node. */
final class Stranger implements AutoCloseable {
  static final LinkParameters AS_CLIENT = new LinkParameters(Role.CLIENT, -1, 1, 1, 500, 10_000);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SMALL_TERMS = "|term-length=64k|mtu=1408";

  private final EmbeddedDriver driver = EmbeddedDriver.launch();
  private final Aeron aeron =
      Aeron.connect(
          new Aeron.Context().aeronDirectoryName(driver.directory()).errorHandler(fault -> {}));
  private final Subscription replies =
      aeron.addSubscription(Deployment.ANY_PORT.channel(), Deployment.ANY_PORT.streamId());

  /** Where he can be answered. */
  LinkAddress address() {
    Deployment.await("port", () -> replies.tryResolveChannelEndpointPort() != null);
    return new LinkAddress(replies.tryResolveChannelEndpointPort(), 1);
  }

  /** A stream to a node, open until closed. */
  ExclusivePublication stream(final LinkAddress to) {
    final ExclusivePublication publication =
        aeron.addExclusivePublication(to.channel() + SMALL_TERMS, to.streamId());
    Deployment.await("connection", publication::isConnected);
    return publication;
  }

  /** Says something on a stream, if the node still listens to it. */
  static void say(final ExclusivePublication stream, final byte[] frame) {
    final UnsafeBuffer buffer = new UnsafeBuffer(frame);
    Deployment.await("room", () -> stream.offer(buffer) > 0 || !stream.isConnected());
  }

  /** A handshake that he begins. */
  static DiallerHandshake dial(
      final LinkSecurity.Secured security,
      final String peer,
      final LinkParameters claims,
      final LinkAddress reply) {
    final PinnedPeers.Peer meant = security.peers().named(peer).get(0);
    final Handshake opening = new Handshake(RANDOM.nextLong(), false, reply);
    return new DiallerHandshake(security, meant, claims, opening, RANDOM, System::nanoTime);
  }

  /** The frames that a handshake has to send now. */
  static List<byte[]> frames(final DiallerHandshake handshake) {
    final List<byte[]> frames = new ArrayList<>();
    for (byte[] frame = handshake.nextFrame(); frame != null; frame = handshake.nextFrame()) {
      frames.add(frame.clone());
      handshake.onSent();
    }
    return frames;
  }

  /** Goes through a handshake as an honest dialler would. */
  void complete(final ExclusivePublication stream, final DiallerHandshake handshake) {
    frames(handshake).forEach(frame -> say(stream, frame));
    final HandshakeAssembly assembly = new HandshakeAssembly();
    Deployment.await(
        "answer",
        () -> {
          replies.poll(
              (buffer, offset, length, header) -> {
                try {
                  final HandshakeMessage message = assembly.onFrame(buffer, offset, length);
                  if (message != null) {
                    handshake.onMessage(message, System.nanoTime());
                  }
                } catch (final MalformedFrame other) {
                  // A frame of an earlier attempt.
                }
              },
              1);
          return handshake.isEstablished();
        });
    frames(handshake).forEach(frame -> say(stream, frame));
  }

  /** Whether any node has said anything to him. */
  boolean wasAnswered() {
    return replies.poll((buffer, offset, length, header) -> {}, 1) > 0;
  }

  @Override
  public void close() {
    aeron.close();
    driver.close();
  }
}
