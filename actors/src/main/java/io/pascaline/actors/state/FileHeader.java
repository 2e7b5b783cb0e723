package io.pascaline.actors.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How each file of a state folder begins. Big-endian: 8 bytes that say which kind of file it is,
 * u16 version, u8 role, 17 zeros, u32 CRC-32C of all that.
 */
enum FileHeader {
  WATERMARK("PSCLMARK", "watermark"),
  AUDIT("PSCLAUDT", "audit log");

  static final int BYTES = 32;
  private static final int VERSION = 1;
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  private final byte[] magic;
  private final String kind;

  FileHeader(final String magic, final String kind) {
    this.magic = magic.getBytes(StandardCharsets.US_ASCII);
    this.kind = kind;
  }

  /** A header, ready to be written. */
  ByteBuffer of(final StateRole role) {
    final ByteBuffer header = ByteBuffer.allocate(BYTES);
    header.put(magic).putShort((short) VERSION).put((byte) role.ordinal());
    header.putInt(CRC_OFFSET, crc(header.array(), 0, CRC_OFFSET));
    return header.rewind();
  }

  /**
   * Reads a header; afterwards the buffer stands behind it.
   *
   * @throws StateException if it is none of this kind and version
   */
  StateRole read(final ByteBuffer file, final Path path) {
    if (file.remaining() < BYTES) {
      throw damaged(path, "it is cut short");
    }
    final byte[] header = new byte[BYTES];
    file.get(header);
    final ByteBuffer fields = ByteBuffer.wrap(header);
    if (fields.getInt(CRC_OFFSET) != crc(header, 0, CRC_OFFSET)) {
      throw damaged(path, "its header is wrong");
    }
    final byte[] found = new byte[magic.length];
    fields.get(found);
    if (!Arrays.equals(found, magic)) {
      throw damaged(path, "it is no " + kind);
    }
    final int version = fields.getShort();
    if (version != VERSION) {
      throw new StateException(
          "state file "
              + path
              + " has version "
              + version
              + ", not "
              + VERSION
              + ": use the program that wrote it, or another state-directory");
    }
    final int role = fields.get();
    if (role < 0 || role >= StateRole.values().length) {
      throw damaged(path, "its role is " + role);
    }
    return StateRole.values()[role];
  }

  /** What to say of a file that cannot be what was written. */
  static StateException damaged(final Path path, final String how) {
    return new StateException(
        "state file "
            + path
            + " is damaged ("
            + how
            + "): check the disk, move the folder away and start with an empty one; keys are drawn"
            + " anew, nothing else is lost");
  }

  static int crc(final byte[] bytes, final int offset, final int length) {
    final CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
