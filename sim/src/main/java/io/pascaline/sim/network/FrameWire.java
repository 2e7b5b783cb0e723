// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.FrameLoop;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;

/**
 * Puts messages through the real codec, so that their bytes are those of a real link and the
 * receiver gets arrays of its own. One direction of one link; for the simulation's thread.
 */
final class FrameWire {
  /** As real nodes are set up: chunks of 256 KiB, in frames that any carrier takes. */
  private static final int CHUNK_BYTES = 256 << 10;

  private static final int MAX_FRAME_BYTES = 512 << 10;
  private static final int MAX_MESSAGE_WORDS = 1 << 26;
  private static final LinkAddress REPLY_ADDRESS = LinkAddress.ipc(1);

  private final StreamCounters sent = new StreamCounters();
  private final StreamCounters received = new StreamCounters();
  private final FrameEncoder encoder;
  private final FrameLoop loop;
  private LinkMessage decoded;

  /** What came out, and how long it was in frames. */
  record Carried(LinkMessage message, long frameBytes) {}

  FrameWire(LinkMessage.Hello senderHello) {
    encoder =
        new FrameEncoder(
            FrameChannel.plain(), senderHello.partyId(), MAX_FRAME_BYTES, CHUNK_BYTES, sent);
    loop =
        new FrameLoop(
            encoder,
            new FrameDecoder(FrameChannel.plain(), MAX_MESSAGE_WORDS, received, new Receiver()));
  }

  StreamCounters sent() {
    return sent;
  }

  StreamCounters received() {
    return received;
  }

  Carried carryHello(LinkMessage.Hello hello) {
    encoder.beginHello(hello, new HelloOpening(0, false, REPLY_ADDRESS));
    return carryFrames();
  }

  Carried carry(LinkMessage message) {
    encoder.begin(message);
    return carryFrames();
  }

  private Carried carryFrames() {
    try {
      long frameBytes = loop.carry();
      Carried carried = new Carried(decoded, frameBytes);
      decoded = null;
      return carried;
    } catch (MalformedFrame own) {
      throw new IllegalStateException("the codec does not understand itself", own);
    }
  }

  private final class Receiver implements FrameHandler {
    @Override
    public void onHello(LinkMessage.Hello hello, HelloOpening handshake) {
      decoded = hello;
    }

    @Override
    public void onMessage(LinkMessage message) {
      decoded = message;
    }

    @Override
    public void onGoodbye(String reason) {
      // Goodbyes are modelled by the connection; none is encoded.
    }
  }
}
