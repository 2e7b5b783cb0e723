// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import java.util.Locale;

/**
 * What checks of the dealer cost and find, for people. Stateless.
 *
 * <p>Both parties have the same setting. For each session each of them draws 1/(K-1) checks on
 * average, party 0 for itself and party 1 by asking it. So 2/(K-1) sessions are checked for each
 * one that is answered, which is 2 of K+1.
 */
public final class DealerCheckFigures {
  private static final double CERTAIN = 0.01;

  private DealerCheckFigures() {}

  /**
   * Returns one line, on the checks of both parties together.
   *
   * @param every sessions of which each party takes one for a check, at least 2
   */
  public static String describe(int every) {
    double checkedShare = 2.0 / (every + 1.0);
    return String.format(
        Locale.ROOT,
        "both parties together discard 2 of %d sessions, so dealing takes %.3g %% more; a falsified"
            + " session escapes with %.3g %%, all of %d with 1 %%",
        every + 1,
        200.0 / (every - 1),
        100 * (1 - checkedShare),
        (long) Math.ceil(Math.log(CERTAIN) / Math.log1p(-checkedShare)));
  }
}
