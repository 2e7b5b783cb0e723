// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of a folder that belong together: all are written and forced to the disk, in a folder
 * beside them, before the first replaces its predecessor. So a full disk leaves those that were
 * there. Once all are replaced, so they are after a power failure. One writer at a time.
 */
final class ReplacedFiles {
  /** No name that anybody gives a folder of their own: what has it is deleted. */
  static final String PREFIX = ".pascaline-new-";

  private final Path folder;
  private final Disk disk;
  private boolean isMixed;

  /**
   * Begins with nothing written.
   *
   * @param folder where the files are to be; it is created if it does not exist
   */
  ReplacedFiles(Path folder) {
    this(folder, new Disk());
  }

  /** Begins with nothing written, on a disk that may fail. */
  ReplacedFiles(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  /** What the disk is told, beside the writing of files. */
  static class Disk {
    /** Makes the content of a file durable. */
    void force(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }

    /** Makes the names in a folder durable. */
    void forceFolder(Path names) {
      ReplacedFile.forceFolder(names);
    }

    /** Deletes a file, or a folder that is empty. */
    void delete(Path path) throws IOException {
      Files.delete(path);
    }
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
    deleteLeft();
    Path fresh = Files.createTempDirectory(folder, PREFIX);
    try {
      content.writeTo(fresh);
      replaceBy(list(fresh));
    } catch (IOException | RuntimeException | Error failed) {
      deleteAfter(failed, fresh);
      throw failed;
    }
    try {
      delete(fresh);
    } catch (IOException stays) {
      // All is replaced. It is empty, and whoever writes next deletes it.
    }
  }

  private void replaceBy(List<Path> files) throws IOException {
    for (Path file : files) {
      requireNoFolder(folder.resolve(file.getFileName()));
      disk.force(file);
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
    disk.forceFolder(folder);
  }

  /** Deletes what writers have left that were killed: it may be secret. */
  private void deleteLeft() throws IOException {
    List<Path> left = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, PREFIX + "*")) {
      found.forEach(left::add);
    }
    // Whoever may write to the folder could point a link at files that are not ours.
    left.removeIf(former -> !Files.isDirectory(former, LinkOption.NOFOLLOW_LINKS));
    for (Path former : left) {
      delete(former);
    }
  }

  private void deleteAfter(Throwable failed, Path fresh) {
    try {
      delete(fresh);
    } catch (IOException stays) {
      failed.addSuppressed(stays);
    }
  }

  private void delete(Path fresh) throws IOException {
    for (Path file : list(fresh)) {
      disk.delete(file);
    }
    disk.delete(fresh);
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
