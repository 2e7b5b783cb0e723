// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What lies between an epoch's announcement and its use: whether it is meant for this incarnation
 * of the party and of its peer, whether its keys are right, and the notes that are taken first.
 * Owned by the party's actor.
 */
public final class EpochEntry {
  private final int partyId;
  private final DealingKey dealerKey;
  private final byte[] nonce;
  private final RoleState state;
  private final Consumer<String> fatal;
  private final Set<Long> used = new HashSet<>();

  /** Of the epoch that is being entered. */
  private byte[] storeKey;

  /**
   * Has been in no epoch.
   *
   * @param partyId 0 or 1
   * @param dealerKey the key that the party shares with the dealer
   * @param nonce the random bytes of this incarnation's Hello
   * @param state where epochs are noted
   * @param fatal told in one line when the party can enter no epoch as it is set up
   */
  public EpochEntry(
      int partyId, DealingKey dealerKey, byte[] nonce, RoleState state, Consumer<String> fatal) {
    this.partyId = partyId;
    this.dealerKey = dealerKey;
    this.nonce = nonce;
    this.state = state;
    this.fatal = fatal;
  }

  /** Returns whether this incarnation of the party has been in an epoch, or is about to be. */
  public boolean isUsed(long epoch) {
    return used.contains(epoch);
  }

  /** Returns whether this incarnation of the party has been in no epoch yet. */
  public boolean isFirst() {
    return used.isEmpty();
  }

  /** Returns whether an epoch is new, and announced to this incarnation of the party. */
  public boolean isForThisIncarnation(LinkMessage.EpochStart start) {
    byte[] own = partyId == 0 ? start.party0Nonce() : start.party1Nonce();
    return Arrays.equals(own, nonce) && !isUsed(start.epoch());
  }

  /** Returns whether an epoch is announced to the incarnation of the peer that a link leads to. */
  public boolean isForThisIncarnationOf(Link peer, LinkMessage.EpochStart start) {
    byte[] peers = partyId == 0 ? start.party1Nonce() : start.party0Nonce();
    return Arrays.equals(peers, peer.peerHello().nonce());
  }

  /**
   * Returns the epoch's randomness, once; null, and the party has failed, if the dealer's key
   * differs.
   *
   * @param dealer the link that the announcement came over
   */
  public KeyedRandom keysOrNull(LinkMessage.EpochStart start, Link dealer) {
    used.add(start.epoch());
    byte[] linkSecret = EpochSalt.linkSecret(dealer);
    byte[] salt = EpochSalt.of(partyId, start, linkSecret);
    CorrelationKey key = dealerKey.over(dealer);
    KeyedRandom random = KeyedRandom.derive(key, salt);
    storeKey = StoreKey.of(key, salt);
    Arrays.fill(linkSecret, (byte) 0);
    Arrays.fill(salt, (byte) 0);
    if (!MessageDigest.isEqual(random.confirmation(), start.keyConfirmation())) {
      fatal.accept(
          "the dealer has another key for party " + partyId + ": give both the same key file");
      return null;
    }
    return random;
  }

  /** Takes the last notes before use; false, and the party has failed, if they cannot be taken. */
  public boolean note(LinkMessage.EpochStart start) {
    try {
      if (state.audit().isOn()) {
        state.audit().record(AuditRecord.epoch(start.epoch(), EpochSalt.common(start)));
      }
    } catch (StateException full) {
      fatal.accept(full.getMessage());
      return false;
    }
    state.store().begin(start.epoch(), storeKey);
    storeKey = null;
    return true;
  }
}
