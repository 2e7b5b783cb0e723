// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import java.util.Locale;

/** What checks of the dealer cost and find, for people. Stateless. */
public final class DealerCheckFigures {
  private static final double CERTAIN = 0.01;

  private DealerCheckFigures() {}

  /**
   * Returns one line.
   *
   * @param every sessions of which one is taken for a check, at least 2
   */
  public static String describe(int every) {
    double rate = 1.0 / every;
    return String.format(
        Locale.ROOT,
        "one of %d sessions is discarded, so dealing takes %.3g %% more; a falsified session"
            + " escapes with %.3g %%, all of %d with 1 %%",
        every,
        100.0 / (every - 1),
        100 * (1 - rate),
        (long) Math.ceil(Math.log(CERTAIN) / Math.log1p(-rate)));
  }
}
