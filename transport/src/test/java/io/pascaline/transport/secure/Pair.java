// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/** Party 1, which initiates, and party 0, which answers; messages go from hand to hand. */
final class Pair {
  static final SecureRandom RANDOM = new SecureRandom();
  static final LinkAddress REPLY = LinkAddress.udp("127.0.0.1", 4711);

  final PrivateIdentity initiatorIdentity = PrivateIdentity.generate(RANDOM);
  final PrivateIdentity responderIdentity = PrivateIdentity.generate(RANDOM);
  final HandshakeGate gate = new HandshakeGate();
  final AtomicLong clockNs = new AtomicLong();
  RekeyPolicy rekey = RekeyPolicy.usual();

  InitiatorHandshake initiator(long dialId) {
    return initiator(initiatorIdentity, responderIdentity.publicIdentity(), parameters(1), dialId);
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
        clockNs::get,
        new FrameArrays());
  }

  ResponderHandshake responder() {
    return responder(responderIdentity, initiatorIdentity.publicIdentity());
  }

  ResponderHandshake responder(PrivateIdentity own, PublicIdentity peer) {
    return new ResponderHandshake(
        new LinkSecurity.Secured(
            own, PinnedPeers.of(List.of(new PinnedPeers.Peer(peer, Role.PARTY, 1))), rekey),
        parameters(0),
        gate,
        RANDOM,
        clockNs::get,
        new FrameArrays());
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
  void complete(InitiatorHandshake initiator, ResponderHandshake responder) throws MalformedFrame {
    deliver(frames(initiator), responder);
    deliver(frames(responder), initiator);
    deliver(frames(initiator), responder);
  }

  /** Returns a responder with a gate of its own. */
  ResponderHandshake freshResponder() {
    return new ResponderHandshake(
        new LinkSecurity.Secured(
            responderIdentity,
            PinnedPeers.of(
                List.of(new PinnedPeers.Peer(initiatorIdentity.publicIdentity(), Role.PARTY, 1)))),
        parameters(0),
        new HandshakeGate(),
        RANDOM,
        System::nanoTime,
        new FrameArrays());
  }

  /** Returns frames with a bit of that byte changed. */
  static List<byte[]> flipped(List<byte[]> frames, int at) {
    List<byte[]> copy = new ArrayList<>();
    int before = 0;
    for (byte[] frame : frames) {
      byte[] changed = frame.clone();
      if (at >= before && at < before + frame.length) {
        changed[at - before] ^= 2;
      }
      before += frame.length;
      copy.add(changed);
    }
    return copy;
  }

  /** Delivers a message that must be refused for that fault. */
  static MalformedFrame refused(FrameFault expected, List<byte[]> frames, KeyExchange by) {
    MalformedFrame fault = assertThrows(MalformedFrame.class, () -> deliver(frames, by));
    assertEquals(expected, fault.fault(), fault::getMessage);
    return fault;
  }
}
