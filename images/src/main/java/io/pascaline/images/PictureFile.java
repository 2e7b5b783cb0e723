// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.IOException;
import java.io.InputStream;

/**
 * One picture that has been found but not read: in a folder or in a zip archive.
 *
 * @param name the path within what the user named, with forward slashes
 * @param opener opens the bytes
 */
record PictureFile(String name, Opener opener) {
  /** Opens a picture's bytes; the caller closes them. */
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }

  static boolean hasPictureName(String name) {
    return PictureKind.called(name).filter(PictureKind::isRead).isPresent();
  }

  /** Returns the whole file, refused when it is larger than a picture may be. */
  byte[] bytes() {
    try (InputStream in = opener.open()) {
      byte[] bytes = in.readNBytes(PictureDecoder.MAX_FILE_BYTES + 1);
      if (bytes.length > PictureDecoder.MAX_FILE_BYTES) {
        throw new DataFault(
            name + " is larger than " + (PictureDecoder.MAX_FILE_BYTES >> 20) + " MiB",
            "scale the picture down");
      }
      return bytes;
    } catch (IOException e) {
      throw new DataFault(
          name + " cannot be read (" + e.getMessage() + ")",
          "check that the file is complete and readable",
          e);
    }
  }

  /** Folders above the file; empty if it lies at the top. */
  String folder() {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }
}
