// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.PayloadKind;
import java.util.concurrent.atomic.AtomicLongArray;

/** Bytes and frames of one stream: one writer, any readers. */
public final class StreamCounters {
  private static final int KINDS = PayloadKind.values().length;
  private static final int FRAMING = KINDS;
  private static final int FRAMES = KINDS + 1;

  private final AtomicLongArray counts = new AtomicLongArray(KINDS + 2);

  /** Tensor bytes of one kind. */
  public long payloadBytes(PayloadKind kind) {
    return counts.get(kind.ordinal());
  }

  /** Bytes that are not tensor words. */
  public long framingBytes() {
    return counts.get(FRAMING);
  }

  /** Frames. */
  public long frames() {
    return counts.get(FRAMES);
  }

  /** Counts a frame that the codec does not see; by the one writer. */
  public void onFraming(int frameBytes) {
    onFrame(frameBytes);
  }

  void onFrame(int frameBytes) {
    add(FRAMING, frameBytes);
    add(FRAMES, 1);
  }

  void onChunk(int frameBytes, PayloadKind kind, int payloadBytes) {
    add(kind.ordinal(), payloadBytes);
    onFrame(frameBytes - payloadBytes);
  }

  private void add(int index, long increment) {
    counts.lazySet(index, counts.getPlain(index) + increment);
  }
}
