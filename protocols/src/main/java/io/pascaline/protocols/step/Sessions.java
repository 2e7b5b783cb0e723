// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;

/** Checks of the sessions that a step is asked to serve. */
public final class Sessions {
  private Sessions() {}

  /**
   * Checks that {@code session} is an inference of {@code epoch}.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static void checkInference(SessionId session, long epoch) {
    if (session.epoch() != epoch) {
      throw new IllegalArgumentException(
          "session " + session + " is not of epoch " + Long.toHexString(epoch));
    }
    if (session.isSetup()) {
      throw new IllegalArgumentException("session " + session + " is the setup, not an inference");
    }
  }

  /**
   * Checks that {@code partyId} is 0 or 1.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static void checkPartyId(int partyId) {
    if (partyId != 0 && partyId != 1) {
      throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
    }
  }
}
