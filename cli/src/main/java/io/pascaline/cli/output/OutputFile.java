// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A file that an option names for a command's results; {@code -} is the standard output.
 *
 * @param option how the user named it, for faults
 * @param path the file
 * @param standardOutput what is written to for {@code -}
 */
public record OutputFile(String option, Path path, PrintWriter standardOutput) {
  private static final Path STANDARD_OUTPUT = Path.of("-");

  /**
   * Returns the file of an option that may be left out.
   *
   * @param option how the user named it
   * @param pathOrNull the file, or null if there is none to write
   * @param standardOutput what is written to for {@code -}
   */
  public static Optional<OutputFile> of(
      String option, Path pathOrNull, PrintWriter standardOutput) {
    return Optional.ofNullable(pathOrNull)
        .map(path -> new OutputFile(option, path, standardOutput));
  }

  /**
   * Returns where the report for people goes: the standard output, unless a file takes that.
   *
   * @param file what is written for programs, if anything
   * @param out the standard output
   * @param err the standard error
   */
  public static PrintWriter report(Optional<OutputFile> file, PrintWriter out, PrintWriter err) {
    return file.isPresent() && file.get().isStandardOutput() ? err : out;
  }

  /** Returns whether this is the standard output. */
  public boolean isStandardOutput() {
    return path.equals(STANDARD_OUTPUT);
  }

  /** Returns whether this is a file or will be one: no standard output, device or pipe. */
  public boolean isReplaceable() {
    return !isStandardOutput() && (!Files.exists(path) || Files.isRegularFile(path));
  }

  /**
   * Finds out before a long run whether the file could be written.
   *
   * @throws CommandFault if not
   */
  public void requireWritable() {
    if (isStandardOutput()) {
      return;
    }
    if (Files.isDirectory(path)) {
      throw new CommandFault(option + " " + path + " is a folder", "name a file in it");
    }
    Path folder = path.toAbsolutePath().getParent();
    boolean writable =
        Files.exists(path) && !Files.isRegularFile(path)
            ? Files.isWritable(path)
            : Files.isDirectory(folder)
                && Files.isWritable(folder)
                && (!Files.exists(path) || Files.isWritable(path));
    if (!writable) {
      throw new CommandFault(
          option + " " + path + " cannot be written", "name a file in a folder that is yours");
    }
  }

  /**
   * Writes the file.
   *
   * @throws CommandFault if the disk refuses
   */
  public void write(byte[] bytes) {
    if (isStandardOutput()) {
      standardOutput.println(new String(bytes, StandardCharsets.UTF_8).stripTrailing());
      standardOutput.flush();
      return;
    }
    try {
      // Devices and pipes are written to; files are replaced, so that no reader sees a part of
      // a report. Only a table of answers grows while its answers come.
      if (!isReplaceable()) {
        Files.write(path, bytes);
      } else {
        Path file = Files.exists(path) ? path.toRealPath() : path;
        new ReplacedFile(file, false, UnaryOperator.identity()).write(out -> out.write(bytes));
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Returns the fault of a disk that refuses. */
  public CommandFault unwritable(IOException cause) {
    return new CommandFault(
        option + " " + path + " cannot be written (" + cause.getMessage() + ")",
        "check path, permissions and free space",
        cause);
  }

  /**
   * Writes a tree of maps, lists, records and numbers as JSON.
   *
   * @throws CommandFault if the disk refuses
   */
  public void writeJson(Object tree) {
    try {
      write(new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(tree));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
  }
}
