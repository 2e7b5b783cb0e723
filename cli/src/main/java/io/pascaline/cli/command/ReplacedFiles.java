// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of a folder that belong together: all are written, in a folder beside them, before the
 * first replaces its predecessor. So a full disk leaves those that were there.
 */
final class ReplacedFiles {
  private static final String PREFIX = "new-";

  private final Path folder;
  private boolean isMixed;

  /**
   * Begins with nothing written.
   *
   * @param folder where the files are to be; it is created if it does not exist
   */
  ReplacedFiles(Path folder) {
    this.folder = folder;
  }

  /** Writes files. */
  @FunctionalInterface
  interface Content {
    /** Writes all of them to a folder, which is empty and nobody else's. */
    void writeTo(Path fresh) throws IOException;
  }

  /** Returns whether some files of the folder are new and others are not. */
  boolean isMixed() {
    return isMixed;
  }

  /**
   * Writes the files; other files of the folder stay as they are.
   *
   * @throws IOException if one cannot be written; unless {@link #isMixed}, all are as they were
   */
  void write(Content content) throws IOException {
    Files.createDirectories(folder);
    Path fresh = Files.createTempDirectory(folder, PREFIX);
    try {
      content.writeTo(fresh);
      List<Path> files = list(fresh);
      for (Path file : files) {
        requireNoFolder(folder.resolve(file.getFileName()));
      }
      for (Path file : files) {
        Files.move(
            file,
            folder.resolve(file.getFileName()),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        isMixed = true;
      }
      isMixed = false;
    } finally {
      for (Path left : list(fresh)) {
        Files.delete(left);
      }
      Files.delete(fresh);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void requireNoFolder(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      throw new IOException(target + " is a folder");
    }
  }
}
