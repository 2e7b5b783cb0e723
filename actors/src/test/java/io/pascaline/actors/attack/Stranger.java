package io.pascaline.actors.attack;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.pascaline.actors.node.Hellos;
import io.pascaline.transport.aeron.EmbeddedDriver;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.DiallerHandshake;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeGate;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.ListenerHandshake;
import io.pascaline.transport.secure.PinnedPeers;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** Somebody with a media driver of his own, who says whatever bytes he likes to any node. */
final class Stranger implements AutoCloseable {
  static final LinkParameters AS_CLIENT =
      new LinkParameters(Role.CLIENT, -1, Hellos.PROTOCOL_VERSION, 1, 500, 10_000);
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
    return dial(security, peer, claims, new Handshake(RANDOM.nextLong(), false, reply));
  }

  private static DiallerHandshake dial(
      final LinkSecurity.Secured security,
      final String peer,
      final LinkParameters claims,
      final Handshake opening) {
    final PinnedPeers.Peer meant = security.peers().named(peer).get(0);
    return new DiallerHandshake(security, meant, claims, opening, RANDOM, System::nanoTime);
  }

  /** Seals a frame, whatever it is. */
  static byte[] sealed(final FrameChannel channel, final byte[] plain) {
    final byte[] frame = new byte[plain.length + channel.overheadLength()];
    final UnsafeBuffer buffer = new UnsafeBuffer(frame);
    channel.plainBuffer(buffer, plain.length).putBytes(channel.plainOffset(0), plain);
    channel.seal(buffer, 0, frame.length);
    return frame;
  }

  /** The frames that a handshake has to send now. */
  static List<byte[]> frames(final KeyExchange handshake) {
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
    final Map<Integer, HandshakeAssembly> heard = new HashMap<>();
    Deployment.await(
        "answer",
        () -> {
          hear(handshake, heard);
          return handshake.isEstablished();
        });
    frames(handshake).forEach(frame -> say(stream, frame));
  }

  /** Takes one frame; each stream's go together, for links that ended have their last words. */
  private void hear(final KeyExchange handshake, final Map<Integer, HandshakeAssembly> heard) {
    replies.poll(
        (buffer, offset, length, header) -> {
          try {
            final HandshakeMessage message =
                heard
                    .computeIfAbsent(header.sessionId(), stream -> new HandshakeAssembly())
                    .onFrame(buffer, offset, length);
            if (message != null) {
              handshake.onMessage(message, System.nanoTime());
            }
          } catch (final MalformedFrame other) {
            // A frame of an earlier attempt.
          }
        },
        1);
  }

  /**
   * Dials a node as an honest peer would, up to the hello, which is still to be said.
   *
   * @param peer the node's name
   * @param hello what will be said
   */
  OpenLink open(
      final LinkSecurity.Secured security,
      final String peer,
      final LinkAddress to,
      final LinkMessage.Hello hello) {
    final Handshake opening = new Handshake(RANDOM.nextLong(), false, address());
    final ExclusivePublication stream = stream(to);
    final DiallerHandshake handshake = dial(security, peer, claims(hello), opening);
    complete(stream, handshake);
    return new OpenLink(this, stream, handshake, hello, opening);
  }

  /** Lets a node that dials him find the peer that it means; the hello is still to be said. */
  OpenLink answer(final LinkSecurity.Secured security, final LinkMessage.Hello hello) {
    final ListenerHandshake handshake =
        new ListenerHandshake(
            security, claims(hello), new HandshakeGate(), RANDOM, System::nanoTime);
    final Map<Integer, HandshakeAssembly> heard = new HashMap<>();
    Deployment.await(
        "dialler",
        () -> {
          hear(handshake, heard);
          return handshake.opening() != null;
        });
    final Handshake dialled = handshake.opening();
    final ExclusivePublication stream = stream(dialled.replyAddress());
    frames(handshake).forEach(frame -> say(stream, frame));
    Deployment.await(
        "confirmation",
        () -> {
          hear(handshake, heard);
          return handshake.isEstablished();
        });
    final Handshake opening = new Handshake(dialled.dialId(), true, address());
    return new OpenLink(this, stream, handshake, hello, opening);
  }

  private static LinkParameters claims(final LinkMessage.Hello hello) {
    return new LinkParameters(
        hello.role(), hello.partyId(), hello.protocolVersion(), 1, 500, 10_000);
  }

  /** Takes what nodes say and forgets it, so that they are not held up. */
  void drain() {
    replies.poll((buffer, offset, length, header) -> {}, 16);
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
