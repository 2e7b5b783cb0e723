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
  static byte[] noise(final SplittableRandom random) {
    final byte[] bytes = new byte[random.nextInt(1_500)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A header of any type for a stream that is listened to, and noise behind it. */
  static byte[] plausible(final SplittableRandom random, final int sessionId) {
    final byte[] bytes = new byte[8 + random.nextInt(200)];
    random.nextBytes(bytes);
    final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
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

  /** A true datagram with some of it changed, cut or lengthened. */
  static byte[] mutated(final SplittableRandom random, final List<byte[]> captured) {
    final byte[] original = captured.get(random.nextInt(captured.size()));
    final byte[] bytes =
        random.nextInt(4) == 0
            ? Arrays.copyOf(original, 1 + random.nextInt(original.length + 64))
            : original.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      final int reach = random.nextBoolean() ? Math.min(bytes.length, 96) : bytes.length;
      bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /** What asks a node to take a new stream. */
  static byte[] setup(
      final int sessionId,
      final int initialTermId,
      final int activeTermId,
      final int termOffset,
      final int termBytes,
      final int mtuBytes) {
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

  /** An unfragmented message at a place of a stream. */
  static byte[] data(
      final int sessionId, final int termId, final int termOffset, final byte[] payload) {
    final int frameBytes = HEADER_BYTES + payload.length;
    final int alignedBytes = (frameBytes + 31) & -32;
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

  static int type(final byte[] datagram) {
    return datagram.length < 8
        ? -1
        : ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getShort(TYPE_AT) & 0xFFFF;
  }

  static int sessionId(final byte[] datagram) {
    return ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
  }
}
