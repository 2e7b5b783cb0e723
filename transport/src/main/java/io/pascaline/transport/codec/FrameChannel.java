// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The seam where a secure channel goes in: every frame of a link passes through one of these
 * between the codec and the carrier, its hello included. Single-threaded; each link has its own.
 *
 * <p>A frame of n plain bytes takes {@code n + overheadLength()} bytes on the carrier. Nothing of a
 * received frame is parsed before {@link #open} has said that it is authentic.
 */
public interface FrameChannel {
  /** Bytes that sealing adds to each frame. */
  int overheadLength();

  /**
   * Returns where the plain bytes of the next frame are written, from {@link #plainOffset} on,
   * before {@link #seal}: into the frame itself, or into memory of the channel.
   *
   * @param plainLength how many there will be
   */
  MutableDirectBuffer plainBuffer(MutableDirectBuffer frame, int plainLength);

  /** Returns where in {@link #plainBuffer} the plain bytes of a frame at that offset begin. */
  int plainOffset(int offset);

  /**
   * Seals the plain bytes into a frame.
   *
   * @param length of the sealed frame: the plain bytes and the overhead
   */
  void seal(MutableDirectBuffer frame, int offset, int length);

  /**
   * Opens a received frame, without changing it.
   *
   * @param plain wrapped around the plain bytes if the frame is authentic; valid until the next
   *     call, of this channel or another one of the thread
   * @return whether it is
   */
  boolean open(DirectBuffer frame, int offset, int length, UnsafeBuffer plain);

  /** Returns a channel that adds nothing: for links that do not leave the machine. */
  static FrameChannel plain() {
    return PlainFrameChannel.INSTANCE;
  }
}
