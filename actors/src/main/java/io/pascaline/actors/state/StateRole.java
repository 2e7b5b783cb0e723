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

  StateRole(final String name) {
    this.name = name;
  }

  /** The role of a party. */
  public static StateRole party(final int partyId) {
    return partyId == 0 ? PARTY_0 : PARTY_1;
  }

  /** For people. */
  @Override
  public String toString() {
    return name;
  }
}
