// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.PayloadKind;

/**
 * What went over one carrier on top of what went over those before it.
 *
 * @param current the carrier's
 * @param sentPayload before it, by kind
 * @param receivedPayload before it, by kind
 * @param others before it: framing bytes sent and received, frames sent and received
 */
record AccumulatedCounters(
    LinkCounters current, long[] sentPayload, long[] receivedPayload, long[] others)
    implements LinkCounters {
  private static final PayloadKind[] KINDS = PayloadKind.values();

  /** Before the first carrier. */
  static final AccumulatedCounters NONE =
      new AccumulatedCounters(
          new PairedCounters(new StreamCounters(), new StreamCounters()),
          new long[KINDS.length],
          new long[KINDS.length],
          new long[4]);

  /** These, added up, and those of a carrier that begins. */
  AccumulatedCounters followedBy(LinkCounters next) {
    long[] sent = new long[KINDS.length];
    long[] received = new long[KINDS.length];
    for (PayloadKind kind : KINDS) {
      sent[kind.ordinal()] = sentPayloadBytes(kind);
      received[kind.ordinal()] = receivedPayloadBytes(kind);
    }
    return new AccumulatedCounters(
        next,
        sent,
        received,
        new long[] {sentFramingBytes(), receivedFramingBytes(), sentFrames(), receivedFrames()});
  }

  @Override
  public long sentPayloadBytes(PayloadKind kind) {
    return sentPayload[kind.ordinal()] + current.sentPayloadBytes(kind);
  }

  @Override
  public long receivedPayloadBytes(PayloadKind kind) {
    return receivedPayload[kind.ordinal()] + current.receivedPayloadBytes(kind);
  }

  @Override
  public long sentFramingBytes() {
    return others[0] + current.sentFramingBytes();
  }

  @Override
  public long receivedFramingBytes() {
    return others[1] + current.receivedFramingBytes();
  }

  @Override
  public long sentFrames() {
    return others[2] + current.sentFrames();
  }

  @Override
  public long receivedFrames() {
    return others[3] + current.receivedFrames();
  }
}
