// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;

/**
 * Which party the dealer sends a step's corrections to; the other one draws its share from its key.
 * Dealer and parties must agree on it.
 */
public enum CorrectionReceiver {
  /** Either party in turn, so that both dealer links carry half the load. */
  ALTERNATING,
  /** P0 always: P1 gets nothing from the dealer but its key. */
  PARTY_0;

  /** Returns the party, 0 or 1, that is sent the correction of a session. */
  public int of(SessionId session, int layer) {
    return this == PARTY_0 ? 0 : session.correctionReceiver(layer);
  }

  /** Returns how many corrections of a layer a party is sent for two consecutive sessions. */
  public int ofTwoSessions(int partyId) {
    return this == ALTERNATING ? 1 : 2 * (1 - partyId);
  }
}
