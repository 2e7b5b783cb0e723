// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;

/** Told what the frames of one stream say, in their order. */
public interface FrameHandler {
  /**
   * The stream's first frame.
   *
   * @throws MalformedFrame if it does not fit what is known of the remote
   */
  void onHello(LinkMessage.Hello hello, HelloOpening handshake) throws MalformedFrame;

  /** A whole message; its arrays are the handler's from now on, and may have been used before. */
  void onMessage(LinkMessage message);

  /**
   * The remote has received that many messages of the conversation, counted from its beginning.
   *
   * @throws MalformedFrame if that cannot be
   */
  default void onAcknowledge(long receivedMessages) throws MalformedFrame {}

  /** The stream's last frame. */
  void onGoodbye(String reason);
}
