// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Files by the names that users type. */
public final class NamedPath {
  private NamedPath() {}

  /**
   * Returns the file of a name.
   *
   * @param name as typed
   * @throws CommandFault if this process cannot name such a file: without a locale, Java knows
   *     names in ASCII alone
   */
  public static Path of(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new CommandFault(
          name + " is no path in the encoding " + System.getProperty("sun.jnu.encoding"),
          name.indexOf('\0') >= 0 ? "give a file or folder" : "set LC_ALL=C.UTF-8",
          e);
    }
  }
}
