// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.LinkMessage;

/**
 * Party 0's checks of the dealer: it takes the numbers, for checks that it draws itself and for
 * those that party 1 asks for. Owned by the party's actor; not thread-safe.
 *
 * <pre>{@code
 * each number:  (none) ──take, reveal──> REVEALED ──answered──> CHECKED ──by all layers──> (none)
 * }</pre>
 */
final class ChecksAtParty0 extends DealerChecks {
  /** Checks of party 1 that wait for their turn; more would say nothing about the dealer. */
  private static final int MAX_REQUESTED = 64;

  /** Numbers that checks of party 1 may take in addition to half of all numbers. */
  static final int REQUESTED_SLACK = 8;

  /** Checks that party 1 waits for. */
  private int requested;

  /** Numbers that were taken for checks that party 1 asked for. */
  private long requestedTaken;

  /** As of {@link DealerChecks#of}. */
  ChecksAtParty0(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void leaveEpoch() {
    super.leaveEpoch();
    requested = 0;
    requestedTaken = 0;
  }

  /**
   * Draws only when it could assign the numbers. The dealer has then dealt for them already, or it
   * does not learn of the check.
   */
  @Override
  boolean beginBefore(int imageCount) {
    while (numbers().prepareToTake(imageCount)) {
      if (!drawNext(imageCount)) {
        return true;
      }
      for (int image = 0; image < imageCount; image++) {
        if (!begin()) {
          return false;
        }
      }
    }
    return false;
  }

  /** Decides on one check; checks that party 1 asked for leave half of the numbers to others. */
  private boolean drawNext(int imageCount) {
    if (requested > 0 && requestedTaken < numbers().next() / 2 + REQUESTED_SLACK) {
      requested--;
      requestedTaken += imageCount;
      return true;
    }
    return draw();
  }

  /** Takes the next number for a check; returns false if this ended the epoch. */
  private boolean begin() {
    SessionId session = numbers().take(1);
    if (!reveal(session)) {
      return false;
    }
    endIfLost(session);
    return epochOrNull() != null;
  }

  /** Party 1 asks for a check, or answers one with its seed. */
  @Override
  protected boolean onCheck(LinkMessage.SessionCheck check) {
    if (check.number() != LinkMessage.NO_SESSION) {
      return answered(check);
    }
    if (!isOn()) {
      return false;
    }
    requested = Math.min(MAX_REQUESTED, requested + 1);
    return true;
  }
}
