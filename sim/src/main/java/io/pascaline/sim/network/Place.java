// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.transport.link.Role;
import java.util.List;

/** Which of the links a setting is about. */
public enum Place {
  /** Between the two parties. */
  PARTIES,
  /** Between the dealer and either party. */
  DEALER,
  /** Between the client and either party. */
  CLIENT;

  /** Returns the names of the roles that these links join. */
  public List<String> roles() {
    return switch (this) {
      case PARTIES -> List.of("party 0", "party 1");
      case DEALER -> List.of("dealer", "party 0", "party 1");
      case CLIENT -> List.of("client", "party 0", "party 1");
    };
  }

  static Place between(Role one, Role other) {
    if (one == Role.DEALER || other == Role.DEALER) {
      return DEALER;
    }
    return one == Role.CLIENT || other == Role.CLIENT ? CLIENT : PARTIES;
  }
}
