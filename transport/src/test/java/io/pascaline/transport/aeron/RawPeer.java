// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** A peer that says whatever bytes a test wants, over its own Aeron client. */
final class RawPeer implements AutoCloseable {
  static final int MAX_FRAME_BYTES = 2048;

  private final Aeron aeron;
  private final Subscription replies;
  private final LinkAddress own;
  private final int partyId;
  private final Map<Integer, RawReply> streams = new LinkedHashMap<>();

  RawPeer(EmbeddedDriver driver, LinkAddress own, int partyId) {
    this.aeron =
        Aeron.connect(
            new Aeron.Context().aeronDirectoryName(driver.directory()).errorHandler(fault -> {}));
    this.own = own;
    this.partyId = partyId;
    this.replies = aeron.addSubscription(own.channel(), own.streamId());
  }

  /** Frames of a stream that starts with a hello, as a well-behaved peer would send them. */
  List<byte[]> frames(LinkMessage.Hello hello, long dialId, List<LinkMessage> messages) {
    FrameEncoder encoder =
        new FrameEncoder(
            FrameChannel.plain(), partyId, MAX_FRAME_BYTES, MAX_FRAME_BYTES, new StreamCounters());
    List<byte[]> frames = new ArrayList<>();
    encoder.beginHello(hello, new HelloOpening(dialId, false, own));
    drain(encoder, frames);
    for (LinkMessage message : messages) {
      encoder.begin(message);
      drain(encoder, frames);
    }
    return frames;
  }

  /** Returns a stream of one hello that asks to be answered somewhere. */
  static List<byte[]> framesOf(LinkMessage.Hello hello, LinkAddress reply) {
    FrameEncoder encoder =
        new FrameEncoder(
            FrameChannel.plain(),
            hello.partyId(),
            MAX_FRAME_BYTES,
            MAX_FRAME_BYTES,
            new StreamCounters());
    List<byte[]> frames = new ArrayList<>();
    encoder.beginHello(hello, new HelloOpening(1, false, reply));
    drain(encoder, frames);
    return frames;
  }

  /** Begins a stream without saying anything on it. */
  RawStream stream(LinkAddress to) {
    return new RawStream(say(to, List.of()), FrameChannel.plain(), own, partyId);
  }

  /** Waits for one more stream to come back and say something. */
  RawReply awaitStream() {
    int count = streams.size();
    await("stream", () -> poll() && streams.size() > count);
    return List.copyOf(streams.values()).get(count);
  }

  /** Returns the streams that came back so far, oldest first. */
  List<RawReply> streams() {
    return List.copyOf(streams.values());
  }

  /** Waits for something that streams which came back say. */
  void awaitSaid(String what, BooleanSupplier condition) {
    await(what, () -> condition.getAsBoolean() || poll() && condition.getAsBoolean());
  }

  /** Notes what came back; always true. */
  boolean poll() {
    replies.poll(
        (buffer, offset, length, header) -> {
          byte[] frame = new byte[length];
          buffer.getBytes(offset, frame);
          streams.computeIfAbsent(header.sessionId(), unseen -> new RawReply()).frames().add(frame);
        },
        8);
    return true;
  }

  /** Opens a stream, says the frames on it and leaves it open. */
  ExclusivePublication say(LinkAddress to, List<byte[]> frames) {
    ExclusivePublication publication =
        aeron.addExclusivePublication(to.channel() + "?term-length=64k|mtu=4096", to.streamId());
    await("connection", publication::isConnected);
    for (byte[] frame : frames) {
      offer(publication, frame);
    }
    return publication;
  }

  static void offer(ExclusivePublication publication, byte[] frame) {
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    await("room", () -> publication.offer(buffer) > 0);
  }

  /** Waits until a stream came back and hands its frames' bytes over. */
  void awaitReply(Consumer<byte[]> onFrame) {
    await(
        "reply",
        () ->
            replies.poll(
                    (buffer, offset, length, header) -> {
                      byte[] frame = new byte[length];
                      buffer.getBytes(offset, frame);
                      onFrame.accept(frame);
                    },
                    1)
                > 0);
  }

  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "no " + what + " within 30 s");
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  @Override
  public void close() {
    aeron.close();
  }

  private static void drain(FrameEncoder encoder, List<byte[]> frames) {
    while (!encoder.isIdle()) {
      byte[] frame = new byte[encoder.nextLength()];
      encoder.encodeNext(new UnsafeBuffer(frame), 0);
      frames.add(frame);
    }
  }
}
