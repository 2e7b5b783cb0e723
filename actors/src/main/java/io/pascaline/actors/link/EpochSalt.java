package io.pascaline.actors.link;

import io.pascaline.transport.link.LinkMessage;
import java.nio.ByteBuffer;

/**
 * The salt of an epoch's keys: its number and a fresh nonce of everybody who draws from them, so
 * that whoever restarts, the keys differ; and the party, so that the two never draw the same masks.
 */
public final class EpochSalt {
  private static final int NOBODYS = -1;

  private EpochSalt() {}

  /** The salt that the dealer derives a party's masks with. */
  public static byte[] of(
      final int partyId,
      final long epoch,
      final byte[] dealerNonce,
      final byte[] party0Nonce,
      final byte[] party1Nonce) {
    return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + 3 * LinkMessage.NONCE_BYTES)
        .putInt(partyId)
        .putLong(epoch)
        .put(dealerNonce)
        .put(party0Nonce)
        .put(party1Nonce)
        .array();
  }

  /** The salt that a party derives with, from the dealer's announcement. */
  public static byte[] of(final int partyId, final LinkMessage.EpochStart start) {
    return of(
        partyId, start.epoch(), start.dealerNonce(), start.party0Nonce(), start.party1Nonce());
  }

  /** What names an epoch's keys without being any party's salt, for audits. */
  public static byte[] common(final LinkMessage.EpochStart start) {
    return of(NOBODYS, start);
  }
}
