// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/** Whose state a file holds. */
public enum StateRole {
  /** Party 0. */
  PARTY_0(1, "party 0"),
  /** Party 1. */
  PARTY_1(2, "party 1"),
  /** The dealer. */
  DEALER(3, "the dealer");

  private final int code;
  private final String name;

  StateRole(int code, String name) {
    this.code = code;
    this.name = name;
  }

  /** Returns the role of a party. */
  public static StateRole party(int partyId) {
    return partyId == 0 ? PARTY_0 : PARTY_1;
  }

  /** Returns what stands for the role on disk. */
  int code() {
    return code;
  }

  /**
   * Returns the role of a code.
   *
   * @throws IllegalArgumentException if there is none
   */
  static StateRole ofCode(int code) {
    for (StateRole role : values()) {
      if (role.code == code) {
        return role;
      }
    }
    throw new IllegalArgumentException("its role is " + code);
  }

  /** For people. */
  @Override
  public String toString() {
    return name;
  }
}
