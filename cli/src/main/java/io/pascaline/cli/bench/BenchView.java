// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.EnumSet;
import java.util.Set;

/** Which roles of a measured network this process sees, and which categories that leaves. */
public enum BenchView {
  /** All roles run in this process; the breakdown shows party 0 and the client. */
  ALL_ROLES(
      EnumSet.complementOf(EnumSet.of(TimeCategory.PARTIES, TimeCategory.OTHER_PARTY)),
      "all roles",
      ", dealing included") {
    @Override
    Timeline timeline(NetworkPlan plan) {
      return new InferenceTimeline(plan);
    }
  },
  /** The parties and the dealer are elsewhere, but the parties have recorded what they do. */
  RECORDED_PARTIES(ALL_ROLES.categories, "this client alone", "") {
    @Override
    Timeline timeline(NetworkPlan plan) {
      return new InferenceTimeline(plan);
    }
  },
  /** The parties and the dealer are elsewhere. */
  CLIENT(
      EnumSet.of(
          TimeCategory.GARBAGE_COLLECTION,
          TimeCategory.CODING,
          TimeCategory.CLIENT,
          TimeCategory.PARTIES,
          TimeCategory.OTHER_PARTY,
          TimeCategory.HAND_OVER,
          TimeCategory.OTHER),
      "this client alone",
      "") {
    @Override
    Timeline timeline(NetworkPlan plan) {
      return new ClientTimeline();
    }
  };

  private final Set<TimeCategory> categories;
  private final String roles;
  private final String dealing;

  BenchView(Set<TimeCategory> categories, String roles, String dealing) {
    this.categories = Set.copyOf(categories);
    this.roles = roles;
    this.dealing = dealing;
  }

  /** Returns the rules that divide an inference of this plan. */
  abstract Timeline timeline(NetworkPlan plan);

  /** Returns whether an inference can have time of that category. */
  boolean shows(TimeCategory category) {
    return categories.contains(category);
  }

  /** Returns whose allocation is counted, for people. */
  String allocating() {
    return roles + dealing;
  }
}
