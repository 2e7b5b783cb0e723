// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.FrameArrays;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeGate;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.ResponderHandshake;
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

  /** Returns where he can be answered. */
  LinkAddress address() {
    Deployment.await("port", () -> replies.tryResolveChannelEndpointPort() != null);
    return new LinkAddress(replies.tryResolveChannelEndpointPort(), 1);
  }

  /** Returns a stream to a node, open until closed. */
  ExclusivePublication stream(LinkAddress to) {
    ExclusivePublication publication =
        aeron.addExclusivePublication(to.channel() + SMALL_TERMS, to.streamId());
    Deployment.await("connection", publication::isConnected);
    return publication;
  }

  /** Says something on a stream, if the node still listens to it. */
  static void say(ExclusivePublication stream, byte[] frame) {
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    Deployment.await("room", () -> stream.offer(buffer) > 0 || !stream.isConnected());
  }

  /** Returns a handshake that he begins. */
  static InitiatorHandshake dial(
      LinkSecurity.Secured security, String peer, LinkParameters claims, LinkAddress reply) {
    return dial(security, peer, claims, new HelloOpening(RANDOM.nextLong(), false, reply));
  }

  private static InitiatorHandshake dial(
      LinkSecurity.Secured security, String peer, LinkParameters claims, HelloOpening opening) {
    PinnedPeers.Peer meant = security.peers().named(peer).get(0);
    return new InitiatorHandshake(
        security, meant, claims, opening, RANDOM, System::nanoTime, new FrameArrays());
  }

  /** Seals a frame, whatever it is. */
  static byte[] sealed(FrameChannel channel, byte[] plain) {
    byte[] frame = new byte[plain.length + channel.overheadLength()];
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    channel.plainBuffer(buffer, plain.length).putBytes(channel.plainOffset(0), plain);
    channel.seal(buffer, 0, frame.length);
    return frame;
  }

  /** Returns the frames that a handshake has to send now. */
  static List<byte[]> frames(KeyExchange handshake) {
    List<byte[]> frames = new ArrayList<>();
    for (byte[] frame = handshake.nextFrame(); frame != null; frame = handshake.nextFrame()) {
      frames.add(frame.clone());
      handshake.onSent();
    }
    return frames;
  }

  /** Goes through a handshake as an honest initiator would. */
  void complete(ExclusivePublication stream, InitiatorHandshake handshake) {
    frames(handshake).forEach(frame -> say(stream, frame));
    Map<Integer, HandshakeAssembly> heard = new HashMap<>();
    Deployment.await(
        "answer",
        () -> {
          hear(handshake, heard);
          return handshake.isEstablished();
        });
    frames(handshake).forEach(frame -> say(stream, frame));
  }

  /** Takes one frame; each stream's go together, for links that ended have their last words. */
  private void hear(KeyExchange handshake, Map<Integer, HandshakeAssembly> heard) {
    replies.poll(
        (buffer, offset, length, header) -> {
          try {
            HandshakeMessage message =
                heard
                    .computeIfAbsent(header.sessionId(), stream -> new HandshakeAssembly())
                    .onFrame(buffer, offset, length);
            if (message != null) {
              handshake.onMessage(message, System.nanoTime());
            }
          } catch (MalformedFrame other) {
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
      LinkSecurity.Secured security, String peer, LinkAddress to, LinkMessage.Hello hello) {
    HelloOpening opening = new HelloOpening(RANDOM.nextLong(), false, address());
    ExclusivePublication stream = stream(to);
    InitiatorHandshake handshake = dial(security, peer, claims(hello), opening);
    complete(stream, handshake);
    return new OpenLink(this, stream, handshake, hello, opening);
  }

  /** Lets a node that dials him find the peer that it means; the hello is still to be said. */
  OpenLink answer(LinkSecurity.Secured security, LinkMessage.Hello hello) {
    ResponderHandshake handshake =
        new ResponderHandshake(
            security,
            claims(hello),
            new HandshakeGate(),
            RANDOM,
            System::nanoTime,
            new FrameArrays());
    Map<Integer, HandshakeAssembly> heard = new HashMap<>();
    Deployment.await(
        "initiator",
        () -> {
          hear(handshake, heard);
          return handshake.opening() != null;
        });
    HelloOpening dialled = handshake.opening();
    ExclusivePublication stream = stream(dialled.replyAddress());
    frames(handshake).forEach(frame -> say(stream, frame));
    Deployment.await(
        "confirmation",
        () -> {
          hear(handshake, heard);
          return handshake.isEstablished();
        });
    HelloOpening opening = new HelloOpening(dialled.dialId(), true, address());
    return new OpenLink(this, stream, handshake, hello, opening);
  }

  private static LinkParameters claims(LinkMessage.Hello hello) {
    return new LinkParameters(
        hello.role(), hello.partyId(), hello.protocolVersion(), 1, 500, 10_000);
  }

  /** Takes what nodes say and forgets it, so that they are not held up. */
  void drain() {
    replies.poll((buffer, offset, length, header) -> {}, 16);
  }

  /** Returns whether any node has said anything to him. */
  boolean wasAnswered() {
    return replies.poll((buffer, offset, length, header) -> {}, 1) > 0;
  }

  @Override
  public void close() {
    aeron.close();
    driver.close();
  }
}
