// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import java.util.Locale;

/**
 * Describes what checks of the dealer cost and detect, for people. Stateless.
 *
 * <p>Both parties have the same setting. For each session, each party draws 1/(K-1) checks on
 * average. Party 1 asks party 0 for its checks. For each session that is answered, 2/(K-1) are
 * therefore checked, which is 2 of K+1.
 */
public final class DealerCheckFigures {
  private static final double CERTAIN = 0.01;

  private DealerCheckFigures() {}

  /**
   * Returns one line, on the checks of both parties together.
   *
   * @param every K, at least 2, if each party uses one of K sessions for a check
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
