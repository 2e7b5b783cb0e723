// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/**
 * Told what happens on a node's links, on the node's own polling thread: implementations hand over
 * and return, they never block. An exception thrown here is counted, reported to the node's error
 * handler and otherwise ignored.
 */
public interface LinkListener {
  /** Hellos have gone both ways. Comparing plans and sharings is the listener's business. */
  void onOpened(Link link);

  /** A whole message came; it and its arrays now belong to the listener. */
  void onMessage(Link link, LinkMessage message);

  /**
   * The link ended, for a reason in one line. Also called, without {@link #onOpened} before it, for
   * a peer that said Hello in a protocol version that this node does not speak.
   */
  void onClosed(Link link, String reason);

  /**
   * A dialled peer did not open a link within the connect timeout, or cannot be dialled at all. The
   * node has stopped dialling it.
   */
  default void onUnreachable(LinkAddress peer, TransportException reason) {}

  /**
   * The node is down without having been closed: its media driver is gone, this process stood still
   * for longer than the driver allows, or the polling thread died. Called once, after {@link
   * #onClosed} for every link; nothing is called afterwards. Only a new node helps, after this one
   * is closed.
   */
  default void onDown(TransportException reason) {}
}
