// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Party 1's checks of the dealer: it takes the numbers that party 0 has taken, and asks for checks.
 * Owned by the party's actor; not thread-safe.
 *
 * <pre>{@code
 * each number:  (none) ──take──> UNRESERVED ──reserved, reveal──> CHECKED ──by all layers──> (none)
 * }</pre>
 */
final class ChecksAtParty1 extends DealerChecks {
  /** Far more than numbers may run ahead. */
  private static final int MAX_OUTSTANDING = 4096;

  /** Numbers that are not reserved yet, with the seeds of party 0. */
  private final Deque<LinkMessage.SessionCheck> unreserved = new ArrayDeque<>();

  /** As of {@link DealerChecks#of}. */
  ChecksAtParty1(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  void leaveEpoch() {
    super.leaveEpoch();
    unreserved.clear();
  }

  /** Draws how many checks it asks for; once for each session. */
  @Override
  void askPeer() {
    while (draw()) {
      peer().check(LinkMessage.SessionCheck.request(epochOrNull().epoch()));
    }
  }

  /** Takes the number that party 0 has taken. */
  @Override
  protected boolean onCheck(LinkMessage.SessionCheck check) {
    if (check.number() < numbers().next()) {
      return false;
    }
    if (!isOn()) {
      // The number is lost to both: without its seed, the peer would wait for ten minutes.
      epochFailed(
          AbortReason.PROTOCOL_VIOLATION,
          "the other party checks the dealer, but this party is not set to: set dealer-check-every"
              + " at both parties or at neither");
      return true;
    }
    if (check.number() > numbers().next()
        || unreserved.size() + outstandingCount() >= MAX_OUTSTANDING) {
      peerMissed();
      return true;
    }
    SessionId session = numbers().take(1);
    unreserved.add(check);
    answerReserved();
    endIfLost(session);
    return true;
  }

  /** Answers the checks whose numbers are reserved. */
  @Override
  void answerReserved() {
    while (!unreserved.isEmpty() && numbers().isReserved(unreserved.peek().number() + 1)) {
      LinkMessage.SessionCheck check = unreserved.remove();
      if (!reveal(new SessionId(check.epoch(), check.number()))) {
        return;
      }
      answered(check);
    }
  }

  @Override
  boolean has(long number) {
    return super.has(number) || unreserved.stream().anyMatch(check -> check.number() == number);
  }
}
