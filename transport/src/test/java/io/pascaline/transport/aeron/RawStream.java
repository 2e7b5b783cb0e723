// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import org.agrona.concurrent.UnsafeBuffer;

/** One stream to a node, on which a test says what it wants in frames that are right. */
final class RawStream implements AutoCloseable {
  private final ExclusivePublication publication;
  private final LinkAddress own;
  private final FrameEncoder encoder;

  RawStream(ExclusivePublication publication, FrameChannel channel, LinkAddress own, int partyId) {
    this.publication = publication;
    this.own = own;
    this.encoder =
        new FrameEncoder(
            channel,
            partyId,
            RawPeer.MAX_FRAME_BYTES,
            RawPeer.MAX_FRAME_BYTES,
            new StreamCounters());
  }

  RawStream hello(LinkMessage.Hello hello, long dialId, boolean answer, Resumption resumption) {
    encoder.beginHello(hello, new HelloOpening(dialId, answer, own, resumption));
    return offer();
  }

  RawStream say(LinkMessage message) {
    encoder.begin(message);
    return offer();
  }

  RawStream acknowledge(long receivedMessages) {
    encoder.beginAcknowledge(receivedMessages);
    return offer();
  }

  private RawStream offer() {
    while (!encoder.isIdle()) {
      byte[] frame = new byte[encoder.nextLength()];
      encoder.encodeNext(new UnsafeBuffer(frame), 0);
      RawPeer.offer(publication, frame);
    }
    return this;
  }

  /** Ends the stream without a goodbye. */
  @Override
  public void close() {
    publication.close();
  }
}
