// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.link.Role;
import java.nio.ByteBuffer;

/**
 * What one side of a handshake says of itself; part of what both sign.
 *
 * @param role what it is
 * @param partyId 0 or 1 for a party, -1 otherwise
 * @param protocolVersion of the messages that follow the handshake
 * @param maxMessageWords of the largest tensor it takes; of a client it may take less
 * @param heartbeatMs after which silence it sends a heartbeat
 * @param peerTimeoutMs after which silence it closes the link
 */
public record LinkParameters(
    Role role,
    int partyId,
    int protocolVersion,
    int maxMessageWords,
    int heartbeatMs,
    int peerTimeoutMs) {
  /** Bytes of the encoded form, suite included. */
  static final int BYTES = 24;

  /** Ed25519, X25519 with ML-KEM-768, HKDF-SHA-256, AES-256-GCM: the only suite there is. */
  static final int SUITE = 1;

  void put(ByteBuffer buffer) {
    buffer
        .putShort((short) SUITE)
        .put(code(role))
        .put((byte) 0)
        .putInt(partyId)
        .putInt(protocolVersion)
        .putInt(maxMessageWords)
        .putInt(heartbeatMs)
        .putInt(peerTimeoutMs);
  }

  /** Returns what a message says, if it says it for the role that its sender is pinned for. */
  static LinkParameters read(ByteBuffer buffer, PinnedPeers.Peer peer) {
    buffer.getShort();
    byte role = buffer.get();
    byte reserved = buffer.get();
    LinkParameters read =
        new LinkParameters(
            peer.role(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt());
    return role == code(peer.role()) && reserved == 0 && read.partyId == peer.partyId()
        ? read
        : null;
  }

  /** As in the schema of the messages. */
  private static byte code(Role role) {
    return switch (role) {
      case CLIENT -> 1;
      case PARTY -> 2;
      case DEALER -> 3;
    };
  }
}
