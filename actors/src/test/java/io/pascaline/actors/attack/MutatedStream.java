// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.sbe.FailureDecoder;
import io.pascaline.transport.sbe.MessageHeaderDecoder;
import io.pascaline.transport.sbe.RequestAbortDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The frames of one stream from its hello on, which alone is whole: of the others some bits are
 * changed, most times of what it carries, and at the end one is broken in any way. A decoder in
 * here reads each first, so that it is known what a node has to make of it: the first fault, or
 * goodbye, ends a stream, and a node looks at nothing behind it. For one thread.
 */
final class MutatedStream implements FrameHandler {
  private static final int MAX_FRAME_BYTES = 1_200;
  private static final int CHUNK_BYTES = 512;
  private static final int HEADER_BYTES = MessageHeaderDecoder.ENCODED_LENGTH;
  private static final int HEADER_AND_SEQUENCE_BYTES = HEADER_BYTES + Long.BYTES;
  private static final int WAYS = 7;
  private static final byte NO_CODE = 0x7F;

  /** All that is structure; most of a frame is opaque words. */
  private static final int HEAD_BYTES = 72;

  /** More messages than any node says here, and so many that some flipped bits leave many. */
  private static final long NEVER_SENT = 1L << 40;

  private static final long MAY_BE_SENT = 1 << 20;

  private final SplittableRandom random;
  private final HostileMessages messages;
  private final LinkMessage.Hello hello;
  private final HelloOpening opening;
  private final List<FrameKind> kinds;
  private final FrameEncoder encoder;
  private final FrameDecoder decoder;
  private FrameKind kind;
  private LinkMessage message;
  private int leftWords;
  private int contentBytes;
  private FrameFault fault;
  private boolean over;

  /**
   * A stream of which nothing was said.
   *
   * @param taken whether the node goes on after a message of that kind
   */
  MutatedStream(
      SplittableRandom random,
      HostileMessages messages,
      OpenLink link,
      Predicate<FrameKind> taken) {
    this.random = random;
    this.messages = messages;
    hello = link.hello();
    opening = link.opening();
    kinds = Stream.of(FrameKind.values()).filter(FrameKind::isMessage).filter(taken).toList();
    encoder =
        new FrameEncoder(
            FrameChannel.plain(),
            hello.partyId(),
            MAX_FRAME_BYTES,
            CHUNK_BYTES,
            new StreamCounters());
    decoder =
        new FrameDecoder(FrameChannel.plain(), link.maxMessageWords(), new StreamCounters(), this);
  }

  /** Returns the first frame, as it has to be. */
  byte[] greeting() {
    begin(FrameKind.HELLO);
    byte[] frame = next();
    judge(frame);
    return frame;
  }

  /** Returns the next frame with some bits changed, most times of its contents alone. */
  byte[] altered() {
    if (encoder.isIdle()) {
      begin(kinds.get(random.nextInt(kinds.size())));
    }
    byte[] frame = next();
    if (contentBytes == 0 || random.nextInt(64) == 0) {
      flip(frame, HEADER_AND_SEQUENCE_BYTES, frame.length);
    } else {
      flip(frame, frame.length - contentBytes, frame.length);
    }
    judge(frame);
    return frame;
  }

  /**
   * Returns a frame of that kind cut, lengthened, all noise, with a code that is none, or with bits
   * of its head changed; of a kind that ends the node it is never one that can be taken.
   */
  byte[] broken(FrameKind wanted) {
    begin(wanted);
    byte[] frame = next();
    boolean mayBeTaken = !wanted.isMessage() || kinds.contains(wanted);
    switch (random.nextInt(mayBeTaken ? WAYS : 2)) {
      case 0 -> frame = Arrays.copyOf(frame, random.nextInt(frame.length));
      case 1 -> frame = Arrays.copyOf(frame, frame.length + 1 + random.nextInt(64));
      case 2 -> random.nextBytes(frame);
      case 3 -> frame[codeAt(wanted, frame)] = NO_CODE;
      default -> flip(frame, 0, Math.min(HEAD_BYTES, frame.length));
    }
    encoder.drop(); // What would follow it is not said.
    judge(frame);
    return frame;
  }

  /** Returns where a message has a code of few values; where it has none, its last byte. */
  private static int codeAt(FrameKind kind, byte[] frame) {
    return switch (kind) {
      case REQUEST_ABORT -> HEADER_BYTES + RequestAbortDecoder.reasonEncodingOffset();
      case FAILURE -> HEADER_BYTES + FailureDecoder.codeEncodingOffset();
      default -> frame.length - 1;
    };
  }

  private void flip(byte[] frame, int from, int to) {
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      frame[random.nextInt(from, to)] ^= (byte) (1 << random.nextInt(8));
    }
  }

  /** Returns what the last frame was made from. */
  FrameKind kind() {
    return kind;
  }

  /** Returns whether no tensor is unfinished. */
  boolean isBetweenMessages() {
    return encoder.isIdle();
  }

  /** Returns whether a node looks at nothing more of the stream. */
  boolean isOver() {
    return over;
  }

  /** Why, if not for a goodbye. */
  FrameFault faultOrNull() {
    return fault;
  }

  private void begin(FrameKind wanted) {
    kind = wanted;
    message = wanted.isMessage() ? messages.of(wanted) : null;
    leftWords = message instanceof LinkMessage.Tensor tensor ? tensor.words().length : 0;
    switch (wanted) {
      case HELLO -> encoder.beginHello(hello, opening);
      case HEARTBEAT -> encoder.beginHeartbeat();
      case ACKNOWLEDGE -> encoder.beginAcknowledge(NEVER_SENT);
      case GOODBYE -> encoder.beginGoodbye("that is all");
      default -> encoder.begin(message);
    }
  }

  private byte[] next() {
    byte[] frame = new byte[encoder.nextLength()];
    encoder.encodeNext(new UnsafeBuffer(frame), 0);
    contentBytes = contentBytes(frame.length);
    return frame;
  }

  /** Returns how many bytes at the end of the frame can say anything. */
  private int contentBytes(int frameBytes) {
    if (message instanceof LinkMessage.RequestAbort abort) {
      return Math.min(abort.detail().length(), LinkMessage.MAX_DETAIL_BYTES);
    }
    if (message instanceof LinkMessage.Failure failure) {
      return Math.min(failure.detail().length(), LinkMessage.MAX_DETAIL_BYTES);
    }
    if (message != null && !(message instanceof LinkMessage.Tensor)) {
      return frameBytes - HEADER_AND_SEQUENCE_BYTES;
    }
    int words = Math.min(leftWords, CHUNK_BYTES / Integer.BYTES);
    leftWords -= words;
    return words * Integer.BYTES;
  }

  private void judge(byte[] frame) {
    try {
      decoder.onFrame(new UnsafeBuffer(frame), 0, frame.length);
    } catch (MalformedFrame refused) {
      fault = refused.fault();
      over = true;
    }
  }

  @Override
  public void onHello(LinkMessage.Hello said, HelloOpening with) {}

  @Override
  public void onMessage(LinkMessage read) {
    if (read instanceof LinkMessage.Failure && !kinds.contains(FrameKind.FAILURE)) {
      throw new AssertionError("a mutation made a failure that ends the node by design");
    }
  }

  /** A node refuses what it has not sent; how much that is, nobody here knows. */
  @Override
  public void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (receivedMessages < 0 || receivedMessages > MAY_BE_SENT) {
      throw new MalformedFrame(FrameFault.BAD_ACKNOWLEDGEMENT, "never sent");
    }
    if (receivedMessages > 0) {
      throw new AssertionError("an acknowledgement that may be right or wrong");
    }
  }

  @Override
  public void onGoodbye(String reason) {
    over = true;
  }
}
