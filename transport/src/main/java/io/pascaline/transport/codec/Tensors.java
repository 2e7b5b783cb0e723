// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** How the words of tensors get into and out of buffers. */
final class Tensors {
  private Tensors() {}

  /** Copies words into a buffer, little-endian; a bulk copy on a little-endian machine. */
  static void put(DirectBuffer buffer, int offset, int[] words, int from, int count) {
    bytes(buffer, offset, count).asIntBuffer().put(words, from, count);
  }

  /** Copies words out of a buffer, little-endian; a bulk copy on a little-endian machine. */
  static void get(DirectBuffer buffer, int offset, int[] words, int from, int count) {
    bytes(buffer, offset, count).asIntBuffer().get(words, from, count);
  }

  private static ByteBuffer bytes(DirectBuffer buffer, int offset, int count) {
    buffer.boundsCheck(offset, count * Integer.BYTES);
    ByteBuffer whole =
        buffer.byteBuffer() != null
            ? buffer.byteBuffer().duplicate()
            : ByteBuffer.wrap(buffer.byteArray());
    int start = buffer.wrapAdjustment() + offset;
    return whole
        .limit(start + count * Integer.BYTES)
        .position(start)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
