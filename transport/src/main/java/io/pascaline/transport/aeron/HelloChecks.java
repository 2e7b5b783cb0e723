// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.concurrent.TimeUnit;

/** Checks what a remote says of itself against its keys, and against this node. */
final class HelloChecks {
  private HelloChecks() {}

  /** Refuses a remote whose heartbeats would come too late for this node. */
  static void requireLively(KeyExchange keys, long peerTimeoutNs) throws MalformedFrame {
    int heartbeatMs = keys.peerParameters().heartbeatMs();
    if (heartbeatMs < 1 || heartbeatMs >= TimeUnit.NANOSECONDS.toMillis(peerTimeoutNs)) {
      throw new MalformedFrame(
          FrameFault.BAD_VALUE,
          "a heartbeat every " + heartbeatMs + " ms, which this node does not wait for");
    }
  }

  /**
   * Refuses a hello that is not what the handshake said.
   *
   * @param opening this side's part of the link's opening
   * @param address where the remote is dialled or answered
   */
  static void requireSame(
      KeyExchange keys,
      HelloOpening opening,
      LinkAddress address,
      LinkMessage.Hello hello,
      HelloOpening said)
      throws MalformedFrame {
    PinnedPeers.Peer peer = keys.peer();
    boolean replyFits = !opening.answer() || said.replyAddress().equals(address);
    if (said.dialId() != opening.dialId()
        || said.answer() == opening.answer()
        || !replyFits
        || hello.role() != peer.role()
        || hello.partyId() != peer.partyId()
        || hello.protocolVersion() != keys.peerParameters().protocolVersion()) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "the hello is not that of " + peer.name());
    }
  }

  /** Returns why two nodes cannot talk to each other, or null if they can. */
  static String versionMismatch(LinkMessage.Hello theirs, LinkMessage.Hello own) {
    return theirs.protocolVersion() == own.protocolVersion()
        ? null
        : theirs.name()
            + " speaks protocol version "
            + theirs.protocolVersion()
            + ", this node "
            + own.protocolVersion()
            + ": run the same release on both";
  }
}
