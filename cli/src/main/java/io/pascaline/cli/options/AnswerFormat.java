// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import java.util.Locale;

/** The format of a file of answers, by the ending of its name. */
public enum AnswerFormat {
  /** NumPy: scores alone, [inputs, outputs] in float32. */
  NPY,
  /** A table with a heading. */
  CSV,
  /** A list of objects. */
  JSON;

  /**
   * Returns the format of a file.
   *
   * @throws CommandFault if its name ends in none of them
   */
  public static AnswerFormat of(OutputFile file) {
    String name = file.path().toString().toLowerCase(Locale.ROOT);
    for (AnswerFormat format : values()) {
      if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new CommandFault(
        file.option() + " " + file.path() + " has no known ending",
        "name a file that ends in .npy, .csv or .json");
  }
}
