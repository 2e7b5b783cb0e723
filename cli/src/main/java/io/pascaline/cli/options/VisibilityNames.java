// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.Visibility;
import java.util.Locale;

/** The words that flags and reports use for who knows the weights. */
public final class VisibilityNames {
  private VisibilityNames() {}

  /** Returns the word of a visibility. */
  public static String label(Visibility visibility) {
    return visibility.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the visibility of a word.
   *
   * @throws IllegalArgumentException naming what is allowed
   */
  public static Visibility parse(String label) {
    for (Visibility visibility : Visibility.values()) {
      if (label(visibility).equals(label)) {
        return visibility;
      }
    }
    throw new IllegalArgumentException(
        "there is no visibility '" + label + "', must be shared, owned or public");
  }

  /**
   * Returns the visibility of what a flag says.
   *
   * @throws CommandFault naming what is allowed
   */
  static Visibility ofFlag(String label) {
    try {
      return parse(label);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "--visibility: there is no visibility '" + label + "'",
          "give shared, owned or public",
          e);
    }
  }

  /**
   * Checks that a suite has weights of a visibility.
   *
   * @throws CommandFault if it is the classic one, and the weights are not shared
   */
  public static void requireFit(Suite suite, Visibility visibility) {
    if (suite == Suite.CLASSIC && visibility != Visibility.SHARED) {
      throw new CommandFault(
          "visibility "
              + label(visibility)
              + " needs the fused suite, but the classic suite is chosen, whose weights are shared",
          "leave --visibility out, or choose the fused suite (--suite fused)");
    }
  }
}
