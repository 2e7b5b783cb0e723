// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/** Which version of each name is the default, kept across restarts. Thread-safe. */
final class Defaults {
  private final Path file;
  private final Properties versions = new Properties();

  /**
   * Reads what was kept.
   *
   * @throws CommandFault if the file cannot be read
   */
  Defaults(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        versions.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw fault("read", e);
      }
    }
  }

  synchronized Optional<String> of(String name) {
    return Optional.ofNullable(versions.getProperty(name));
  }

  synchronized void put(String name, String version) {
    if (!version.equals(versions.setProperty(name, version))) {
      write();
    }
  }

  synchronized void remove(String name) {
    if (versions.remove(name) != null) {
      write();
    }
  }

  private void write() {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      try (Writer writer = Files.newBufferedWriter(next)) {
        versions.store(writer, null);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw fault("written", e);
    }
  }

  private CommandFault fault(String what, Exception e) {
    return new CommandFault(
        "defaults " + file + " cannot be " + what + " (" + e.getMessage() + ")",
        "check the state-directory's owner and the free space",
        e);
  }
}
