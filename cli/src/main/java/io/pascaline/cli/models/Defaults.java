// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** Which version of each name is the default, kept across restarts. Thread-safe. */
final class Defaults {
  private final Path file;
  private Properties versions = new Properties();

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

  /** Keeps a version. What is known stays the same if it cannot be written. */
  synchronized void put(String name, String version) {
    if (!version.equals(versions.getProperty(name))) {
      Properties next = (Properties) versions.clone();
      next.setProperty(name, version);
      replace(next);
    }
  }

  /** Forgets a name. What is known stays the same if it cannot be written. */
  synchronized void remove(String name) {
    if (versions.containsKey(name)) {
      Properties next = (Properties) versions.clone();
      next.remove(name);
      replace(next);
    }
  }

  private void replace(Properties next) {
    try {
      ReplacedFile.ownerOnly(file).write(out -> next.store(out, null));
    } catch (IOException e) {
      throw fault("written", e);
    }
    versions = next;
  }

  private CommandFault fault(String what, Exception e) {
    return new CommandFault(
        "defaults " + file + " cannot be " + what + " (" + e.getMessage() + ")",
        "check the state-directory's owner and the free space",
        e);
  }
}
