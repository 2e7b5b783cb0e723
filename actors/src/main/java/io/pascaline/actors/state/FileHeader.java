// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
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

  FileHeader(String magic, String kind) {
    this.magic = magic.getBytes(StandardCharsets.US_ASCII);
    this.kind = kind;
  }

  /** Returns a header, ready to be written. */
  ByteBuffer of(StateRole role) {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    header.put(magic).putShort((short) VERSION).put((byte) role.ordinal());
    header.putInt(CRC_OFFSET, crc(header.array(), 0, CRC_OFFSET));
    return header.rewind();
  }

  /**
   * Reads a header; afterwards the buffer stands behind it.
   *
   * @throws StateException if it is none of this kind and version
   */
  StateRole read(ByteBuffer file, Path path) {
    if (file.remaining() < BYTES) {
      throw damaged(path, "it is cut short");
    }
    byte[] header = new byte[BYTES];
    file.get(header);
    ByteBuffer fields = ByteBuffer.wrap(header);
    if (fields.getInt(CRC_OFFSET) != crc(header, 0, CRC_OFFSET)) {
      throw damaged(path, "its header is wrong");
    }
    byte[] found = new byte[magic.length];
    fields.get(found);
    if (!Arrays.equals(found, magic)) {
      throw damaged(path, "it is no " + kind);
    }
    int version = fields.getShort();
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
    int role = fields.get();
    if (role < 0 || role >= StateRole.values().length) {
      throw damaged(path, "its role is " + role);
    }
    return StateRole.values()[role];
  }

  /** Returns what to say of a file that cannot be what was written. */
  static StateException damaged(Path path, String how) {
    return new StateException(
        "state file "
            + path
            + " is damaged ("
            + how
            + "): check the disk, move the folder away and start with an empty one; keys are drawn"
            + " anew, nothing else is lost");
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
