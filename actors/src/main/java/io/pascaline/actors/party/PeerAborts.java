// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import org.slf4j.Logger;

/** What a party makes of the reasons for which the other one ends epochs and requests. */
final class PeerAborts {
  private PeerAborts() {}

  /**
   * Returns an abort with the reason that clients may hear. A party that does not check the dealer
   * takes part in no check, so that none can have found a fault.
   */
  static RequestAbort believed(RequestAbort received, PartyLimits limits) {
    if (received.reason() != AbortReason.DEALER_FAULT || limits.dealerCheckEvery() > 0) {
      return received;
    }
    return new RequestAbort(
        received.epoch(),
        received.number(),
        received.request(),
        AbortReason.PEER_LOST,
        received.detail(),
        received.retryAfterMs());
  }

  /** Says that the other party, rightly or not, has ended an epoch for a fault of the dealer. */
  static void noteAccusation(Logger log, RequestAbort received) {
    if (received.reason() == AbortReason.DEALER_FAULT) {
      log.warn(
          "the other party has ended the epoch for a fault of the dealer: {}", received.detail());
    }
  }
}
