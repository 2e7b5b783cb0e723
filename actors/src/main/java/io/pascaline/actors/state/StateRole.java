// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/** Whose state a file holds. */
public enum StateRole {
  /** Party 0. */
  PARTY_0("party 0"),
  /** Party 1. */
  PARTY_1("party 1"),
  /** The dealer. */
  DEALER("the dealer");

  private final String name;

  StateRole(String name) {
    this.name = name;
  }

  /** Returns the role of a party. */
  public static StateRole party(int partyId) {
    return partyId == 0 ? PARTY_0 : PARTY_1;
  }

  /** For people. */
  @Override
  public String toString() {
    return name;
  }
}
