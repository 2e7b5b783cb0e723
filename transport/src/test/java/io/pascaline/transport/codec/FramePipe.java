// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Encodes messages into frames and decodes frames into messages, without a carrier. */
final class FramePipe implements FrameHandler {
  final StreamCounters sent = new StreamCounters();
  final StreamCounters received = new StreamCounters();
  final List<LinkMessage> messages = new ArrayList<>();
  final List<String> goodbyes = new ArrayList<>();
  HelloOpening handshake;
  private final FrameEncoder encoder;
  private final FrameDecoder decoder;

  FramePipe(int senderId, int maxFrameBytes, int chunkBytes, int maxMessageWords) {
    encoder = new FrameEncoder(FrameChannel.plain(), senderId, maxFrameBytes, chunkBytes, sent);
    decoder = new FrameDecoder(FrameChannel.plain(), maxMessageWords, received, this);
  }

  List<byte[]> encodeHello(LinkMessage.Hello hello) {
    encoder.beginHello(hello, new HelloOpening(99, false, LinkAddress.ipc(17)));
    return frames();
  }

  List<byte[]> encodeHeartbeat() {
    encoder.beginHeartbeat();
    return frames();
  }

  List<byte[]> encodeGoodbye(String reason) {
    encoder.beginGoodbye(reason);
    return frames();
  }

  List<byte[]> encode(LinkMessage message) {
    encoder.begin(message);
    return frames();
  }

  void decode(List<byte[]> frames) throws MalformedFrame {
    for (byte[] frame : frames) {
      decode(frame);
    }
  }

  /** Decodes a frame that lies between other bytes, as frames in a log do. */
  void decode(byte[] frame) throws MalformedFrame {
    UnsafeBuffer log = new UnsafeBuffer(new byte[frame.length + 64]);
    log.putBytes(24, frame);
    decoder.onFrame(log, 24, frame.length);
  }

  private List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    while (!encoder.isIdle()) {
      byte[] frame = new byte[encoder.nextLength()];
      encoder.encodeNext(new UnsafeBuffer(frame), 0);
      frames.add(frame);
    }
    return frames;
  }

  @Override
  public void onHello(LinkMessage.Hello hello, HelloOpening opening) {
    messages.add(hello);
    handshake = opening;
  }

  @Override
  public void onMessage(LinkMessage message) {
    messages.add(message);
  }

  @Override
  public void onGoodbye(String reason) {
    goodbyes.add(reason);
  }
}
