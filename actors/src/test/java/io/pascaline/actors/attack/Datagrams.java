// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Datagrams of Aeron's protocol, made by hand; little-endian, as Aeron has them. */
final class Datagrams {
  static final int TYPE_AT = 6;
  static final int DATA = 1;
  static final int SETUP = 5;
  static final int HEADER_BYTES = 32;
  static final int SETUP_BYTES = 40;
  private static final int TYPES = 0x10;
  private static final int STREAM = 1;

  private Datagrams() {}

  /** Bytes without any sense. */
  static byte[] noise(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(1_500)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Returns a header of any type for a stream that is listened to, and noise behind it. */
  static byte[] plausible(SplittableRandom random, int sessionId) {
    byte[] bytes = new byte[8 + random.nextInt(200)];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(0, random.nextInt(8) == 0 ? random.nextInt() : bytes.length);
    buffer.put(4, (byte) 0);
    buffer.put(5, (byte) random.nextInt(256));
    buffer.putShort(TYPE_AT, (short) random.nextInt(TYPES));
    if (bytes.length >= HEADER_BYTES) {
      if (random.nextBoolean()) {
        buffer.putInt(8, random.nextInt(1 << 17));
      }
      buffer.putInt(12, random.nextBoolean() ? sessionId : random.nextInt());
      buffer.putInt(16, STREAM);
    }
    return bytes;
  }

  /** Returns a true datagram with some of it changed, cut or lengthened. */
  static byte[] mutated(SplittableRandom random, List<byte[]> captured) {
    byte[] original = captured.get(random.nextInt(captured.size()));
    byte[] bytes =
        random.nextInt(4) == 0
            ? Arrays.copyOf(original, 1 + random.nextInt(original.length + 64))
            : original.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int reach = random.nextBoolean() ? Math.min(bytes.length, 96) : bytes.length;
      bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /** Returns what asks a node to take a new stream. */
  static byte[] setup(
      int sessionId,
      int initialTermId,
      int activeTermId,
      int termOffset,
      int termBytes,
      int mtuBytes) {
    return ByteBuffer.allocate(SETUP_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SETUP_BYTES)
        .put((byte) 0)
        .put((byte) 0)
        .putShort((short) SETUP)
        .putInt(termOffset)
        .putInt(sessionId)
        .putInt(STREAM)
        .putInt(initialTermId)
        .putInt(activeTermId)
        .putInt(termBytes)
        .putInt(mtuBytes)
        .putInt(0)
        .array();
  }

  /** Returns an unfragmented message at a place of a stream. */
  static byte[] data(int sessionId, int termId, int termOffset, byte[] payload) {
    int frameBytes = HEADER_BYTES + payload.length;
    int alignedBytes = (frameBytes + 31) & -32;
    return ByteBuffer.allocate(alignedBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(frameBytes)
        .put((byte) 0)
        .put((byte) 0xC0)
        .putShort((short) DATA)
        .putInt(termOffset)
        .putInt(sessionId)
        .putInt(STREAM)
        .putInt(termId)
        .putLong(0)
        .put(payload)
        .array();
  }

  static int type(byte[] datagram) {
    return datagram.length < 8
        ? -1
        : ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getShort(TYPE_AT) & 0xFFFF;
  }

  static int sessionId(byte[] datagram) {
    return ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
  }
}
