// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.link.LinkMessage;

/** Told what becomes of a node's conversations; must not throw. On the node's agent's thread. */
public interface ConversationListener {
  /** Hellos have gone both ways over its first carrier. */
  void onOpened(Conversation conversation);

  /** A whole message came. */
  void onMessage(Conversation conversation, LinkMessage message);

  /** Its carrier was lost, and it waits for another. */
  void onSuspended(Conversation conversation);

  /**
   * It has another carrier.
   *
   * @param resentMessages how many messages were sent as a whole and are sent again
   */
  void onResumed(Conversation conversation, int resentMessages);

  /** It is over. */
  void onClosed(Conversation conversation, String reason);

  /** There is something to send, or it is to close. From any thread. */
  void onRequest();
}
