// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.LinkMessage;
import java.nio.ByteBuffer;

/**
 * The salt of an epoch's keys: its number and a fresh nonce of everybody who draws from them, so
 * that whoever restarts, the keys differ; and the party, so that the two never draw the same masks.
 */
public final class EpochSalt {
  private static final int NOBODYS = -1;

  private EpochSalt() {}

  /** Returns the salt that the dealer derives a party's masks with. */
  public static byte[] of(
      int partyId, long epoch, byte[] dealerNonce, byte[] party0Nonce, byte[] party1Nonce) {
    return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + 3 * LinkMessage.NONCE_BYTES)
        .putInt(partyId)
        .putLong(epoch)
        .put(dealerNonce)
        .put(party0Nonce)
        .put(party1Nonce)
        .array();
  }

  /** Returns the salt that a party derives with, from the dealer's announcement. */
  public static byte[] of(int partyId, LinkMessage.EpochStart start) {
    return of(
        partyId, start.epoch(), start.dealerNonce(), start.party0Nonce(), start.party1Nonce());
  }

  /** Returns what names an epoch's keys without being any party's salt, for audits. */
  public static byte[] common(LinkMessage.EpochStart start) {
    return of(NOBODYS, start);
  }
}
