package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;

/** Told what the frames of one stream say, in their order. */
public interface FrameHandler {
  /**
   * The stream's first frame.
   *
   * @throws MalformedFrame if it does not fit what is known of the peer
   */
  void onHello(LinkMessage.Hello hello, Handshake handshake) throws MalformedFrame;

  /** A whole message, its arrays fresh. */
  void onMessage(LinkMessage message);

  /** The stream's last frame. */
  void onGoodbye(String reason);
}
