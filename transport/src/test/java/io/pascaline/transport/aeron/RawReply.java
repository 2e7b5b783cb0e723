// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;

/** What a node said on one plain stream, frame by frame. */
record RawReply(List<byte[]> frames) {
  static final int GOODBYE = 3;
  static final int ACKNOWLEDGE = 4;

  /** Block length, template, schema and version, then the sequence. */
  private static final int SEQUENCE_AT = 8;

  private static final int SEQUENCE_END = 16;

  RawReply() {
    this(new ArrayList<>());
  }

  /** Returns the opening in its first frame. */
  HelloOpening handshake() {
    AtomicReference<HelloOpening> found = new AtomicReference<>();
    FrameHandler handler =
        new FrameHandler() {
          @Override
          public void onHello(LinkMessage.Hello hello, HelloOpening opening) {
            found.set(opening);
          }

          @Override
          public void onMessage(LinkMessage message) {}

          @Override
          public void onGoodbye(String reason) {}
        };
    byte[] first = frames.get(0);
    try {
      new FrameDecoder(FrameChannel.plain(), 0, new StreamCounters(), handler)
          .onFrame(new UnsafeBuffer(first), 0, first.length);
    } catch (MalformedFrame e) {
      throw new AssertionError(e);
    }
    return found.get();
  }

  static int template(byte[] frame) {
    return reader(frame).getShort(2);
  }

  /** Returns whether it said goodbye. */
  boolean hasEnded() {
    return !frames.isEmpty() && template(frames.get(frames.size() - 1)) == GOODBYE;
  }

  /** Returns how many messages it acknowledged last. */
  long acknowledged() {
    long last = 0;
    for (byte[] frame : frames) {
      if (template(frame) == ACKNOWLEDGE) {
        last = reader(frame).getLong(SEQUENCE_END);
      }
    }
    return last;
  }

  /** Returns the frames of messages, all but their sequence. */
  List<byte[]> messages() {
    return frames.stream()
        .filter(frame -> template(frame) >= 10)
        .map(
            frame -> {
              byte[] content = frame.clone();
              Arrays.fill(content, SEQUENCE_AT, SEQUENCE_END, (byte) 0);
              return content;
            })
        .toList();
  }

  private static ByteBuffer reader(byte[] frame) {
    return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
  }
}
