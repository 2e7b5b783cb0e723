// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.format.FileFormatException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * How each file of a state folder begins: a {@link FileFormat} that grows; its code is the role.
 */
enum FileHeader {
  WATERMARK("PSCLMARK", "watermark"),
  AUDIT("PSCLAUDT", "audit log");

  static final int BYTES = FileFormat.HEADER_BYTES;
  private static final int VERSION = 2;

  private final FileFormat format;

  FileHeader(String magic, String kind) {
    format = new FileFormat(magic, kind, VERSION);
  }

  /** Returns a header, ready to be written. */
  ByteBuffer of(StateRole role) {
    return format.growingHeader(role.code());
  }

  /**
   * Reads a header; afterwards the buffer stands behind it.
   *
   * @throws StateException if it is none of this kind and version
   */
  StateRole read(ByteBuffer file, Path path) {
    try {
      return StateRole.ofCode(format.readGrowingHeader(file));
    } catch (FileFormatException e) {
      throw e.isOtherVersion() ? otherVersion(path, e) : damaged(path, e.getMessage());
    } catch (IllegalArgumentException e) {
      throw damaged(path, e.getMessage());
    }
  }

  private static StateException otherVersion(Path path, FileFormatException cause) {
    return new StateException(
        "state file "
            + path
            + " cannot be used ("
            + cause.getMessage()
            + "): use the program that wrote it, or another state-directory");
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
    return FileFormat.crc32c(bytes, offset, length);
  }
}
