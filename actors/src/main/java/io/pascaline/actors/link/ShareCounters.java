// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What shares went over a link that is made of HTTP requests, by the bytes of the shares alone.
 * Thread-safe.
 */
public final class ShareCounters implements LinkCounters {
  private static final int KINDS = PayloadKind.values().length;

  private final AtomicLongArray sentBytes = new AtomicLongArray(KINDS);
  private final AtomicLongArray receivedBytes = new AtomicLongArray(KINDS);
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  /** Begins at 0. */
  public ShareCounters() {}

  /** A share was sent. */
  public void sent(LinkMessage.Tensor share) {
    sentBytes.addAndGet(share.payloadKind().ordinal(), share.payloadBytes());
    sent.increment();
  }

  /** A share was received. */
  public void received(LinkMessage.Tensor share) {
    receivedBytes.addAndGet(share.payloadKind().ordinal(), share.payloadBytes());
    received.increment();
  }

  @Override
  public long sentPayloadBytes(PayloadKind kind) {
    return sentBytes.get(kind.ordinal());
  }

  @Override
  public long receivedPayloadBytes(PayloadKind kind) {
    return receivedBytes.get(kind.ordinal());
  }

  @Override
  public long sentFramingBytes() {
    return 0;
  }

  @Override
  public long receivedFramingBytes() {
    return 0;
  }

  @Override
  public long sentFrames() {
    return sent.sum();
  }

  @Override
  public long receivedFrames() {
    return received.sum();
  }
}
