// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import java.util.List;

/** The processes of a deployment under test. */
enum Member {
  DEALER,
  PARTY_0,
  PARTY_1,
  CLIENT_A,
  CLIENT_B;

  /** Those that keep a state folder. */
  static final List<Member> SERVING = List.of(DEALER, PARTY_0, PARTY_1);

  boolean isClient() {
    return this == CLIENT_A || this == CLIENT_B;
  }

  /** Name of its files. */
  String fileName() {
    return name().toLowerCase(java.util.Locale.ROOT).replace("_", "");
  }
}
