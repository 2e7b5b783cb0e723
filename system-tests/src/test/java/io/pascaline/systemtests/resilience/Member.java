// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.testsupport.Identities;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.List;
import java.util.Locale;

/** The processes of a deployment under test. */
enum Member {
  DEALER,
  PARTY_0,
  PARTY_1,
  CLIENT_A,
  CLIENT_B;

  /** Those that keep a state folder. */
  static final List<Member> SERVING = List.of(DEALER, PARTY_0, PARTY_1);

  /** Returns who it is and whom it knows. */
  LinkSecurity security(Identities identities) {
    return switch (this) {
      case DEALER -> identities.dealer();
      case PARTY_0 -> identities.party(0);
      case PARTY_1 -> identities.party(1);
      case CLIENT_A -> identities.client(0);
      case CLIENT_B -> identities.client(1);
    };
  }

  boolean isClient() {
    return this == CLIENT_A || this == CLIENT_B;
  }

  /** Name of its files. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT).replace("_", "");
  }
}
