// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.nio.ByteBuffer;

/**
 * The salt of an epoch's keys: its number and a fresh nonce of everybody who draws from them, so
 * that whoever restarts, the keys differ; the party, so that the two never draw the same masks; and
 * a secret of the sealed link between dealer and party, so that past masks do not follow from the
 * party's dealing key and the public rest.
 */
public final class EpochSalt {
  private static final String LINK_SECRET = "pascaline epoch keys";
  private static final byte[] NO_SECRET = new byte[0];
  private static final int NOBODYS = -1;

  private EpochSalt() {}

  /**
   * Returns the secret that both ends of the link between dealer and party put into the salt; empty
   * on a plaintext link, which has none.
   */
  public static byte[] linkSecret(Link link) {
    return link.exportSecret(LINK_SECRET);
  }

  /**
   * Returns the salt that the dealer derives a party's masks with.
   *
   * @param linkSecret see {@link #linkSecret}; the salt is as secret as that
   */
  public static byte[] of(
      int partyId,
      long epoch,
      byte[] dealerNonce,
      byte[] party0Nonce,
      byte[] party1Nonce,
      byte[] linkSecret) {
    return ByteBuffer.allocate(
            Integer.BYTES + Long.BYTES + 3 * LinkMessage.NONCE_BYTES + linkSecret.length)
        .putInt(partyId)
        .putLong(epoch)
        .put(dealerNonce)
        .put(party0Nonce)
        .put(party1Nonce)
        .put(linkSecret)
        .array();
  }

  /** Returns the salt that a party derives with, from the dealer's announcement. */
  public static byte[] of(int partyId, LinkMessage.EpochStart start, byte[] linkSecret) {
    return of(
        partyId,
        start.epoch(),
        start.dealerNonce(),
        start.party0Nonce(),
        start.party1Nonce(),
        linkSecret);
  }

  /** Returns what names an epoch's keys without being any party's salt; public, for audits. */
  public static byte[] common(LinkMessage.EpochStart start) {
    return of(NOBODYS, start, NO_SECRET);
  }
}
