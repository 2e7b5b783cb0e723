// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;
import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;

/**
 * Turns the messages of one outgoing stream into frames. One message at a time is begun and then
 * encoded frame by frame, whenever the carrier has room: {@link #nextLength} says how much, {@link
 * #encodeNext} writes that much and moves on. Single-threaded.
 */
public final class FrameEncoder {
  private enum Item {
    NONE,
    HELLO,
    HEARTBEAT,
    GOODBYE,
    ACKNOWLEDGE,
    CONTROL,
    TENSOR
  }

  private final ControlEncoder control = new ControlEncoder();
  private final ChunkFrameEncoder chunks;
  private final FrameChannel channel;
  private final StreamCounters counters;
  private final int maxFrameBytes;
  private final int maxChunkWords;
  private Item item = Item.NONE;
  private LinkMessage message;
  private LinkMessage.Tensor tensor;
  private HelloOpening handshake;
  private byte[] text;
  private long acknowledged;
  private int chunkIndex;
  private int offsetWords;
  private int nextWords;
  private int nextPlainLength;
  private long sequence;

  /**
   * An encoder for a new stream.
   *
   * @param senderId the party id in the sender's hello
   * @param maxFrameBytes that the carrier takes in one piece
   * @param chunkBytes max bytes of words in a frame
   */
  public FrameEncoder(
      FrameChannel channel,
      int senderId,
      int maxFrameBytes,
      int chunkBytes,
      StreamCounters counters) {
    this.channel = channel;
    this.chunks = new ChunkFrameEncoder(senderId);
    this.maxFrameBytes = maxFrameBytes;
    this.maxChunkWords = chunkBytes / Integer.BYTES;
    this.counters = counters;
  }

  /** Returns whether a message can be begun. */
  public boolean isIdle() {
    return item == Item.NONE;
  }

  /** Begins the stream's hello. */
  public void beginHello(LinkMessage.Hello hello, HelloOpening opening) {
    text = opening.replyAddress().channel().getBytes(StandardCharsets.US_ASCII);
    handshake = opening;
    begin(Item.HELLO, hello, ControlEncoder.helloLength(text));
  }

  /** Begins a heartbeat. */
  public void beginHeartbeat() {
    begin(Item.HEARTBEAT, null, ControlEncoder.heartbeatLength());
  }

  /** Begins an acknowledgement of that many messages of the conversation. */
  public void beginAcknowledge(long receivedMessages) {
    acknowledged = receivedMessages;
    begin(Item.ACKNOWLEDGE, null, ControlEncoder.acknowledgeLength());
  }

  /** Begins the stream's last frame. */
  public void beginGoodbye(String reason) {
    text = ControlEncoder.text(reason);
    begin(Item.GOODBYE, null, ControlEncoder.goodbyeLength(text));
  }

  /** Begins a message of the application. */
  public void begin(LinkMessage next) {
    begin(next, 0, 0);
  }

  /**
   * Begins the rest of a message of the application.
   *
   * @param fromWords words of it that the remote has; less than there are, 0 for other than a
   *     tensor
   * @param fromChunk chunks that the remote has them in
   */
  public void begin(LinkMessage next, int fromWords, int fromChunk) {
    if (next instanceof LinkMessage.Tensor withWords) {
      tensor = withWords;
      chunkIndex = fromChunk;
      offsetWords = fromWords;
      begin(Item.TENSOR, next, 0);
      sizeChunk();
    } else {
      text = ControlEncoder.text(next.detail());
      begin(Item.CONTROL, next, ControlEncoder.length(next, text));
    }
  }

  /** Bytes of the next frame on the carrier. */
  public int nextLength() {
    return nextPlainLength + channel.overheadLength();
  }

  /** Writes the next frame, {@link #nextLength} bytes from offset on. */
  public void encodeNext(MutableDirectBuffer frame, int offset) {
    MutableDirectBuffer buffer = channel.plainBuffer(frame, nextPlainLength);
    int plain = channel.plainOffset(offset);
    int length = nextLength();
    switch (item) {
      case HELLO ->
          control.encodeHello(
              (LinkMessage.Hello) message, handshake, text, sequence, buffer, plain);
      case HEARTBEAT -> control.encodeHeartbeat(sequence, buffer, plain);
      case ACKNOWLEDGE -> control.encodeAcknowledge(acknowledged, sequence, buffer, plain);
      case GOODBYE -> control.encodeGoodbye(text, sequence, buffer, plain);
      case CONTROL -> control.encode(message, text, sequence, buffer, plain);
      case TENSOR ->
          chunks.encode(tensor, chunkIndex, offsetWords, nextWords, sequence, buffer, plain);
      default -> throw new IllegalStateException("nothing to encode");
    }
    channel.seal(frame, offset, length);
    sequence++;
    if (item == Item.TENSOR) {
      counters.onChunk(length, tensor.payloadKind(), nextWords * Integer.BYTES);
      chunkIndex++;
      offsetWords += nextWords;
      if (offsetWords < tensor.words().length) {
        sizeChunk();
        return;
      }
    } else {
      counters.onFrame(length);
    }
    drop();
  }

  /** Forgets the message that was begun: a stream that broke will not take the rest. */
  public void drop() {
    item = Item.NONE;
    message = null;
    tensor = null;
    text = null;
    handshake = null;
  }

  private void begin(Item kind, LinkMessage next, int plainLength) {
    item = kind;
    message = next;
    nextPlainLength = plainLength;
  }

  private void sizeChunk() {
    int overhead = ChunkFrameEncoder.overhead(tensor.payloadKind());
    int room = (maxFrameBytes - channel.overheadLength() - overhead) / Integer.BYTES;
    nextWords = Math.min(tensor.words().length - offsetWords, Math.min(room, maxChunkWords));
    nextPlainLength = overhead + nextWords * Integer.BYTES;
  }
}
