// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

/** Fresh identities, as settings of the roles' links. */
public final class Identities {
  private final io.pascaline.testsupport.Identities identities =
      new io.pascaline.testsupport.Identities();

  public LinkSettings dealer() {
    return LinkSettings.of(identities.dealer());
  }

  public LinkSettings party(int partyId) {
    return LinkSettings.of(identities.party(partyId));
  }

  public LinkSettings client() {
    return LinkSettings.of(identities.client(0));
  }

  /** Returns a second client, which the parties know as well as the first. */
  public LinkSettings otherClient() {
    return LinkSettings.of(identities.client(1));
  }
}
