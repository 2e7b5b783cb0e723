// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/**
 * What went over one link since it opened. Readable from any thread; values lag the wire by
 * nanoseconds and never fall.
 *
 * <p>Payload bytes are tensor words times four. Framing bytes are everything else that was handed
 * to Aeron: message headers, chunk headers and whole control messages, heartbeats and hellos
 * included, Aeron's own frame headers excluded.
 */
public interface LinkCounters {
  /** Tensor bytes of one kind sent. */
  long sentPayloadBytes(PayloadKind kind);

  /** Tensor bytes of one kind received. */
  long receivedPayloadBytes(PayloadKind kind);

  /** Bytes sent that are not tensor words. */
  long sentFramingBytes();

  /** Bytes received that are not tensor words. */
  long receivedFramingBytes();

  /** Frames sent. */
  long sentFrames();

  /** Frames received. */
  long receivedFrames();

  /** Tensor bytes of all kinds sent. */
  default long sentPayloadBytes() {
    long sum = 0;
    for (PayloadKind kind : PayloadKind.values()) {
      sum += sentPayloadBytes(kind);
    }
    return sum;
  }

  /** Tensor bytes of all kinds received. */
  default long receivedPayloadBytes() {
    long sum = 0;
    for (PayloadKind kind : PayloadKind.values()) {
      sum += receivedPayloadBytes(kind);
    }
    return sum;
  }
}
