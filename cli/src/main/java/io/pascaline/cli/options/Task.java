// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import java.util.Locale;

/** What a network's outputs are. */
public enum Task {
  /** One score for each class; the largest is the answer. */
  CLASSIFICATION,
  /** Values, which are the answer. */
  REGRESSION;

  /**
   * Returns the task of a network.
   *
   * @param wordOrNull what the user says
   * @param outputCount elements of an output
   * @return what the user says, or else a regression if there is one output
   */
  static Task of(String wordOrNull, int outputCount) {
    if (wordOrNull == null) {
      return outputCount == 1 ? REGRESSION : CLASSIFICATION;
    }
    for (Task task : values()) {
      if (task.label().equals(wordOrNull)) {
        return task;
      }
    }
    throw new CommandFault(
        "--task " + wordOrNull + " is unknown", "give classification or regression");
  }

  /** Returns the word on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
