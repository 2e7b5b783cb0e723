// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import java.util.Locale;

/** A family of protocols that share a ring; a network runs in one of them. */
public enum Suite {
  /** Words of 32 bits, polynomials, no probability of failure. */
  FUSED,
  /** Double words, polynomials and comparisons, local truncation. */
  CLASSIC;

  /** Returns the word that flags and reports use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the suite of a word.
   *
   * @throws CommandFault naming what is allowed
   */
  static Suite named(String label) {
    for (Suite suite : values()) {
      if (suite.label().equals(label)) {
        return suite;
      }
    }
    throw new CommandFault("--suite: there is no suite '" + label + "'", "give fused or classic");
  }
}
