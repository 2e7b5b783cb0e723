// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.HandshakeMessage;

/**
 * Who is told what comes in on a stream: all carriers together until a message says whose it is,
 * then that carrier. Messages of the application go to its conversation directly.
 */
interface StreamOwner {
  /** Takes a message of a handshake. */
  void onHandshake(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame;

  /** Takes the stream's hello. */
  void onHello(InboundStream stream, LinkMessage.Hello hello, HelloOpening opening, long nowNs)
      throws MalformedFrame;

  /** Frames came. */
  default void onReceived(long nowNs) {}

  /** The remote said that nothing follows. */
  default void onGoodbye(String reason) {}

  /** The stream ended without a goodbye. */
  default void onLost(long nowNs) {}

  /**
   * A frame was refused and the stream with it.
   *
   * @param deed what was done, for a reason
   */
  default void onRefused(String deed) {}

  /**
   * A frame was not authentic: whoever sent it, the remote and its messages are as they were.
   *
   * @param deed what was done, for a reason
   */
  default void onForged(String deed, long nowNs) {}
}
