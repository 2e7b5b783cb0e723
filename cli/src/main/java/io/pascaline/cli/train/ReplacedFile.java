// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/**
 * Writes a file beside the old one and then puts it in its place, so that a full disk leaves what
 * was there.
 *
 * @param path the file
 * @param device stands between the bytes and the disk; the identity but in tests
 */
record ReplacedFile(Path path, UnaryOperator<OutputStream> device) {
  ReplacedFile(Path path) {
    this(path, UnaryOperator.identity());
  }

  /**
   * Replaces the file.
   *
   * @throws CommandFault in one line if the disk refuses; the old file is as it was
   */
  void write(byte[] bytes) {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try {
      try (FileChannel channel =
              FileChannel.open(
                  fresh,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          OutputStream out = device.apply(Channels.newOutputStream(channel))) {
        out.write(bytes);
        out.flush();
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(fresh, e);
      throw new CommandFault(
          path + " cannot be written (" + e.getMessage() + "); the last checkpoint stays",
          "free space and run the same command again with --resume",
          e);
    }
  }

  private static void discard(Path fresh, IOException cause) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
