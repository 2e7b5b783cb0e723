// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * A file that training leaves, replaced in one step ({@link ReplacedFile}).
 *
 * @param path the file
 * @param device stands between the bytes and the disk; the identity but in tests
 */
record SavedFile(Path path, UnaryOperator<OutputStream> device) {
  SavedFile(Path path) {
    this(path, UnaryOperator.identity());
  }

  /**
   * Replaces the file.
   *
   * @throws CommandFault in one line if the disk refuses; the old file is as it was
   */
  void write(byte[] bytes) {
    try {
      new ReplacedFile(path, false, device).write(out -> out.write(bytes));
    } catch (IOException e) {
      throw new CommandFault(
          path + " cannot be written (" + e.getMessage() + "); the last checkpoint stays",
          "free space and run the same command again with --resume",
          e);
    }
  }
}
