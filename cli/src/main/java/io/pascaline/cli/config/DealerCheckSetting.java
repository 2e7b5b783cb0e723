// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.layers.plan.NetworkPlan;

/** The setting that makes a party check its dealer. Immutable. */
public final class DealerCheckSetting {
  static final String KEY = "dealer-check-every";

  private final StrictConfig config;

  DealerCheckSetting(StrictConfig config) {
    this.config = config;
  }

  /** Returns K if one of K sessions is used for a check; 0 for no checks. */
  public int every() {
    return config.number(KEY, 2, PartyLimits.MAX_CHECK_EVERY, 0);
  }

  /**
   * Verifies that a party can check the dealer of a plan, if checks are set.
   *
   * @throws io.pascaline.actors.settings.SettingsFault if it cannot
   */
  public void requireFit(NetworkPlan plan) {
    String reason = every() == 0 ? null : PartySettings.uncheckableOrNull(plan);
    if (reason != null) {
      throw config.wrong(
          KEY,
          "does not go with " + plan.name() + ", because " + reason,
          "remove the key, share the model in the fused suite, or serve it in its own process");
    }
  }
}
