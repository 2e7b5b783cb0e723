// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.PayloadKind;

/**
 * The counters of a link: those of its two streams.
 *
 * @param sent the stream to the remote
 * @param received the stream from the remote
 */
public record PairedCounters(StreamCounters sent, StreamCounters received) implements LinkCounters {
  @Override
  public long sentPayloadBytes(PayloadKind kind) {
    return sent.payloadBytes(kind);
  }

  @Override
  public long receivedPayloadBytes(PayloadKind kind) {
    return received.payloadBytes(kind);
  }

  @Override
  public long sentFramingBytes() {
    return sent.framingBytes();
  }

  @Override
  public long receivedFramingBytes() {
    return received.framingBytes();
  }

  @Override
  public long sentFrames() {
    return sent.frames();
  }

  @Override
  public long receivedFrames() {
    return received.frames();
  }
}
