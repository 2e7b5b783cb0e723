// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A file that is replaced in one step: the new content is written beside it ({@code NAME.new}),
 * forced to the disk and renamed, and then the folder is forced. So there is a whole file at any
 * moment, power failures and full disks included. One writer at a time.
 *
 * @param path the file; its folder must exist
 * @param ownerOnly whether nobody but the owner may read it, where the file system knows owners
 * @param device stands between the content and the disk; the identity but in tests
 */
public record ReplacedFile(Path path, boolean ownerOnly, UnaryOperator<OutputStream> device) {

  /** Writes the content. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything; need not flush, and does not close. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Returns a file that nobody but its owner may read. */
  public static ReplacedFile ownerOnly(Path path) {
    return new ReplacedFile(path, true, UnaryOperator.identity());
  }

  /**
   * Replaces the file.
   *
   * @throws IOException if the disk refuses; the old file is as it was, and nothing lies beside it
   */
  public void write(Content content) throws IOException {
    Path target = path.toAbsolutePath();
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    try {
      // What a crash has left; its permissions may be others.
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes(target))) {
        OutputStream out = device.apply(Channels.newOutputStream(channel));
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      discard(fresh, e);
      throw e;
    }
    forceFolder(target.getParent());
  }

  private FileAttribute<?>[] attributes(Path target) {
    return ownerOnly && target.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static void discard(Path fresh, Exception cause) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Makes the names in a folder durable, where the platform lets a folder be opened. */
  public static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // Some platforms keep their folders by themselves.
    }
  }
}
