// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.Objects;

/**
 * The other end of a conversation.
 *
 * @param address where it is dialled or answered
 * @param identity who it is; null where links are in plaintext
 * @param hello what it said of itself
 */
public record Remote(LinkAddress address, PinnedPeers.Peer identity, LinkMessage.Hello hello) {
  String name() {
    return hello.name();
  }

  LinkSlots.Slot slot() {
    return new LinkSlots.Slot(identity, hello.role(), address);
  }

  /** Returns whether the other is of the same identity; in plaintext, of the same role. */
  boolean isOfSameIdentity(Remote other) {
    return Objects.equals(identity, other.identity)
        && (identity != null || hello.role() == other.hello.role());
  }

  /** Returns whether that hello is of the same incarnation. */
  boolean isIncarnationOf(LinkMessage.Hello other) {
    return hello.nodeId() == other.nodeId();
  }
}
