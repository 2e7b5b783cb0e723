// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.link.EpochSalt;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * What lies between an epoch's announcement and its use: whether it is meant for this incarnation
 * of the party and of its peer, whether its keys are right, and the notes that are taken first.
 * Owned by the party's actor.
 */
final class EpochEntry {
  private final PartySettings settings;
  private final Set<Long> used = new HashSet<>();

  EpochEntry(PartySettings settings) {
    this.settings = settings;
  }

  /** Returns whether this incarnation of the party has been in an epoch, or is about to be. */
  boolean isUsed(long epoch) {
    return used.contains(epoch);
  }

  boolean isFirst() {
    return used.isEmpty();
  }

  /** New, and announced to this incarnation of the party. */
  boolean isForThisIncarnation(LinkMessage.EpochStart start) {
    byte[] own = settings.partyId() == 0 ? start.party0Nonce() : start.party1Nonce();
    return Arrays.equals(own, settings.nonce()) && !isUsed(start.epoch());
  }

  boolean isForThisIncarnationOf(Link peer, LinkMessage.EpochStart start) {
    byte[] peers = settings.partyId() == 0 ? start.party1Nonce() : start.party0Nonce();
    return Arrays.equals(peers, peer.peerHello().nonce());
  }

  /**
   * Returns the epoch's randomness, once; null, and the party has failed, if the dealer's key
   * differs.
   */
  KeyedRandom keys(LinkMessage.EpochStart start) {
    used.add(start.epoch());
    KeyedRandom random =
        KeyedRandom.derive(settings.dealerKey(), EpochSalt.of(settings.partyId(), start));
    if (!MessageDigest.isEqual(random.confirmation(), start.keyConfirmation())) {
      settings
          .fatal()
          .accept(
              "the dealer has another key for party "
                  + settings.partyId()
                  + ": give both the same key file");
      return null;
    }
    return random;
  }

  /** Takes the last notes before use; false, and the party has failed, if they cannot be taken. */
  boolean note(LinkMessage.EpochStart start) {
    try {
      if (settings.state().audit().isOn()) {
        settings.state().audit().record(AuditRecord.epoch(start.epoch(), EpochSalt.common(start)));
      }
    } catch (StateException full) {
      settings.fatal().accept(full.getMessage());
      return false;
    }
    settings
        .state()
        .store()
        .begin(start.epoch(), StoreKey.of(settings.dealerKey(), settings.partyId(), start));
    return true;
  }
}
