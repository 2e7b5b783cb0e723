// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** What messages carry as words, and how words get into and out of buffers. */
public final class Tensors {
  private Tensors() {}

  /** Returns the words of a message, or null if it is none of those that carry any. */
  public static int[] words(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      return tensor.words();
    }
    if (message instanceof LinkMessage.Correction correction) {
      return correction.words();
    }
    if (message instanceof LinkMessage.InputShare share) {
      return share.words();
    }
    if (message instanceof LinkMessage.OutputShare share) {
      return share.words();
    }
    return null;
  }

  /** Returns what the words of a session's masked tensors count as. */
  static PayloadKind maskedTensorKind(long number) {
    return number == -1 ? PayloadKind.SETUP : PayloadKind.MASKED_TENSOR;
  }

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
