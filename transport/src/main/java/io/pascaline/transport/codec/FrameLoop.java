// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import org.agrona.ExpandableArrayBuffer;

/**
 * Takes frames straight from an encoder to a decoder, in memory: the bytes of a real link without
 * its carrier. Single-threaded.
 */
public final class FrameLoop {
  private final ExpandableArrayBuffer frame = new ExpandableArrayBuffer();
  private final FrameEncoder encoder;
  private final FrameDecoder decoder;

  /** One direction of a link; both ends belong to the loop from now on. */
  public FrameLoop(FrameEncoder encoder, FrameDecoder decoder) {
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /**
   * Carries all that the encoder has begun.
   *
   * @return bytes of the frames
   * @throws MalformedFrame if the decoder does not take what the encoder made
   */
  public long carry() throws MalformedFrame {
    long frameBytes = 0;
    while (!encoder.isIdle()) {
      int length = encoder.nextLength();
      frame.checkLimit(length);
      encoder.encodeNext(frame, 0);
      decoder.onFrame(frame, 0, length);
      frameBytes += length;
    }
    return frameBytes;
  }
}
