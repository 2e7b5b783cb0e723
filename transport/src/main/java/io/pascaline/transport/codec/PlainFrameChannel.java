// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames as they are; has no state. */
final class PlainFrameChannel implements FrameChannel {
  static final PlainFrameChannel INSTANCE = new PlainFrameChannel();

  private PlainFrameChannel() {}

  @Override
  public int overheadLength() {
    return 0;
  }

  @Override
  public MutableDirectBuffer plainBuffer(MutableDirectBuffer frame, int plainLength) {
    return frame;
  }

  @Override
  public int plainOffset(int offset) {
    return offset;
  }

  @Override
  public void seal(MutableDirectBuffer frame, int offset, int length) {}

  @Override
  public boolean open(DirectBuffer frame, int offset, int length, UnsafeBuffer plain) {
    plain.wrap(frame, offset, length);
    return true;
  }
}
