// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the units of docs/samples/systemd. */
final class SystemdUnits {
  static final Path FOLDER = Path.of("..", "docs", "samples", "systemd");

  private SystemdUnits() {}

  /** Returns a unit's settings, each of which it must have once. */
  static Map<String, String> read(String name, String instance) throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (String line : Files.readAllLines(FOLDER.resolve(name))) {
      int equals = line.indexOf('=');
      if (!line.startsWith("#") && equals > 0) {
        String value = line.substring(equals + 1).replace("%i", instance);
        assertTrue(settings.put(line.substring(0, equals), value) == null, line);
      }
    }
    return settings;
  }
}
