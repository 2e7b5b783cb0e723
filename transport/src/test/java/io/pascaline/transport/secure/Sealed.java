// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames of a channel as arrays. */
final class Sealed {
  private Sealed() {}

  static byte[] seal(FrameChannel channel, byte[] plain) {
    byte[] frame = new byte[plain.length + channel.overheadLength()];
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    channel.plainBuffer(buffer, plain.length).putBytes(channel.plainOffset(0), plain);
    channel.seal(buffer, 0, frame.length);
    return frame;
  }

  /** Returns the plain bytes, or null. */
  static byte[] open(FrameChannel channel, byte[] frame) {
    UnsafeBuffer plain = new UnsafeBuffer(0, 0);
    if (!channel.open(new UnsafeBuffer(frame), 0, frame.length, plain)) {
      return null;
    }
    byte[] bytes = new byte[plain.capacity()];
    plain.getBytes(0, bytes);
    return bytes;
  }
}
