// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.layers.plan.Visibility;

/**
 * How the roles of a run are spread.
 *
 * @param description in a few words
 * @param clientIsParty1 whether the client is party 1 itself
 */
public record Deployment(String description, boolean clientIsParty1) {
  /** Returns one with a client that stands apart from the parties. */
  public static Deployment of(String description) {
    return new Deployment(description, false);
  }

  /** Returns one whose client is party 1 itself. */
  public static Deployment ofClientAsParty(String description) {
    return new Deployment(description, true);
  }

  /** Returns the trust model of a run, in one sentence. */
  public String trustModel(Visibility visibility) {
    return clientIsParty1 ? TrustModel.ofClientAsParty() : TrustModel.of(visibility);
  }
}
