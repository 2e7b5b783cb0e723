// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/** Party 1, which dials, and party 0, which listens; messages go from hand to hand. */
final class Pair {
  static final SecureRandom RANDOM = new SecureRandom();
  static final LinkAddress REPLY = LinkAddress.udp("127.0.0.1", 4711);

  final PrivateIdentity initiatorIdentity = PrivateIdentity.generate(RANDOM);
  final PrivateIdentity listenerIdentity = PrivateIdentity.generate(RANDOM);
  final HandshakeGate gate = new HandshakeGate();
  final AtomicLong clockNs = new AtomicLong();
  RekeyPolicy rekey = RekeyPolicy.usual();

  InitiatorHandshake initiator(long dialId) {
    return initiator(initiatorIdentity, listenerIdentity.publicIdentity(), parameters(1), dialId);
  }

  InitiatorHandshake initiator(
      PrivateIdentity own, PublicIdentity peer, LinkParameters parameters, long dialId) {
    PinnedPeers.Peer pinned = new PinnedPeers.Peer(peer, Role.PARTY, 0);
    return new InitiatorHandshake(
        new LinkSecurity.Secured(own, PinnedPeers.of(List.of(pinned)), rekey),
        pinned,
        parameters,
        new HelloOpening(dialId, false, REPLY),
        RANDOM,
        clockNs::get);
  }

  ResponderHandshake listener() {
    return listener(listenerIdentity, initiatorIdentity.publicIdentity());
  }

  ResponderHandshake listener(PrivateIdentity own, PublicIdentity peer) {
    return new ResponderHandshake(
        new LinkSecurity.Secured(
            own, PinnedPeers.of(List.of(new PinnedPeers.Peer(peer, Role.PARTY, 1))), rekey),
        parameters(0),
        gate,
        RANDOM,
        clockNs::get);
  }

  static LinkParameters parameters(int partyId) {
    return new LinkParameters(Role.PARTY, partyId, 1, 1 << 20, 500, 10_000);
  }

  /** Returns all frames that a side has to send. */
  static List<byte[]> frames(KeyExchange side) {
    List<byte[]> frames = new ArrayList<>();
    for (byte[] frame = side.nextFrame(); frame != null; frame = side.nextFrame()) {
      frames.add(frame.clone());
      side.onSent();
    }
    return frames;
  }

  /** Puts frames together and hands the message over. */
  static void deliver(List<byte[]> frames, KeyExchange side) throws MalformedFrame {
    HandshakeAssembly assembly = new HandshakeAssembly();
    HandshakeMessage message = null;
    for (byte[] frame : frames) {
      message = assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
    }
    if (message != null) {
      side.onMessage(message, 0);
    }
  }

  /** A handshake without a fault. */
  void complete(InitiatorHandshake initiator, ResponderHandshake listener) throws MalformedFrame {
    deliver(frames(initiator), listener);
    deliver(frames(listener), initiator);
    deliver(frames(initiator), listener);
  }
}
