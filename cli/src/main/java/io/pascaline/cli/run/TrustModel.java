// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.layers.plan.Visibility;

/** The trust model that a network's figures are under, in one sentence. */
public final class TrustModel {
  private static final String ROLES =
      "semi-honest: two parties that do not collude and an honest dealer that colludes with nobody;";

  private TrustModel() {}

  /** Returns what must be trusted, and what is hidden from whom. */
  public static String of(Visibility visibility) {
    return ROLES
        + switch (visibility) {
          case SHARED ->
              " weights, images and answers are hidden from all three, network shape and scales are"
                  + " public";
          case OWNED ->
              " party 0 owns the weights, which are hidden from party 1 and the dealer, images and"
                  + " answers are hidden from all three, network shape and scales are public";
          case PUBLIC ->
              " both parties know the weights, images and answers are hidden from all three, network"
                  + " shape and scales are public";
        };
  }

  /**
   * Returns the same where party 0 owns the weights and the client is party 1 itself.
   *
   * <p>The attacks are those of MUSE (Lehmkuhl et al., USENIX Security 2021) and SIMC (Chandran et
   * al., USENIX Security 2022).
   */
  public static String ofClientAsParty() {
    return "semi-honest: a server that owns the weights and a client that is party 1, neither of which"
        + " colludes with the honest dealer; weights are hidden from client and dealer, images and"
        + " answers from server and dealer, network shape and scales are public; a client that"
        + " deviates can shift values and learn weights from its answers (MUSE, SIMC): quotas and"
        + " auditing are the only defence";
  }

  /** Returns who knows the weights, in a few words. */
  public static String weights(Visibility visibility) {
    return switch (visibility) {
      case SHARED -> "weights shared between the parties";
      case OWNED -> "weights owned by party 0";
      case PUBLIC -> "weights known to both parties";
    };
  }
}
