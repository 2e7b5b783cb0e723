// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.FrameArrays;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Dials party 0 with a key of its own, shakes hands as it should and then says what a test wants.
 *
 * @param peer sends and takes the frames
 * @param own its key
 * @param role what it is pinned as
 * @param partyId 0 or 1 for a party, -1 otherwise
 * @param reply where it says that it is answered
 */
record RawInitiator(RawPeer peer, PrivateIdentity own, Role role, int partyId, LinkAddress reply) {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Opens a stream and says hello on it, as that incarnation of a node. */
  RawStream dial(LinkAddress target, long nodeId, Resumption resumption) {
    HelloOpening opening = new HelloOpening(RANDOM.nextLong(), false, reply);
    LinkSecurity.Secured security = Nodes.secured(own, Nodes.identity(0).publicIdentity(), 0);
    PinnedPeers.Peer meant = security.peers().named("party 0").get(0);
    InitiatorHandshake keys =
        new InitiatorHandshake(
            security,
            meant,
            new LinkParameters(role, partyId, 1, 1, 500, 10_000),
            opening,
            RANDOM,
            System::nanoTime,
            new FrameArrays());
    ExclusivePublication stream = peer.say(target, List.of());
    send(stream, keys);
    RawPeer.await("answer", () -> peer.poll() && isAnswered(keys, peer.streams()));
    send(stream, keys);
    LinkMessage.Hello usual = Nodes.hello(role, partyId);
    return new RawStream(stream, keys.channel(), reply, partyId)
        .hello(
            new LinkMessage.Hello(
                role, partyId, nodeId, 1, usual.planDigest(), usual.sharingId(), usual.nonce()),
            opening.dialId(),
            false,
            resumption);
  }

  private static void send(ExclusivePublication stream, InitiatorHandshake keys) {
    for (byte[] frame = keys.nextFrame(); frame != null; frame = keys.nextFrame()) {
      RawPeer.offer(stream, frame);
      keys.onSent();
    }
  }

  private static boolean isAnswered(InitiatorHandshake keys, List<RawReply> streams) {
    for (RawReply reply : streams) {
      HandshakeAssembly assembly = new HandshakeAssembly();
      try {
        for (byte[] frame : reply.frames()) {
          HandshakeMessage message = assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
          if (message != null) {
            keys.onMessage(message, System.nanoTime());
          }
        }
      } catch (MalformedFrame other) {
        // A stream of another dial.
        continue;
      }
    }
    return keys.isEstablished();
  }
}
