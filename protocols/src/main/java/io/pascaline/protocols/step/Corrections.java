// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;

/** Who is sent a correction: the one rule that dealer and parties must agree on. */
final class Corrections {
  private Corrections() {}

  static int receiver(SessionId session, int layer) {
    return (int) ((session.number() + layer) & 1);
  }
}
