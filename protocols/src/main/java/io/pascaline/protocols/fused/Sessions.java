package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;

/** Checks of the sessions that a step is asked to serve. */
final class Sessions {
  private Sessions() {}

  static void checkInference(SessionId session, long epoch) {
    if (session.epoch() != epoch) {
      throw new IllegalArgumentException(
          "session " + session + " is not of epoch " + Long.toHexString(epoch));
    }
    if (session.isSetup()) {
      throw new IllegalArgumentException("session " + session + " is the setup, not an inference");
    }
  }

  static void checkPartyId(int partyId) {
    if (partyId != 0 && partyId != 1) {
      throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
    }
  }
}
