// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * One line of an audit log.
 *
 * @param event what
 * @param epoch in which epoch
 * @param number which image; -1 for the opening of the weights and for the epoch itself
 * @param layer which layer; -1 for the epoch itself
 * @param round which round of the layer, -1 for its first round in advance; 0 for dealing
 * @param digestHigh first 8 bytes of a SHA-256 of what is opened; 0 where nothing is
 * @param digestLow the next 8
 */
public record AuditRecord(
    AuditEvent event,
    long epoch,
    long number,
    int layer,
    int round,
    long digestHigh,
    long digestLow) {
  private static final int CHUNK_BYTES = 1 << 14;

  /** Returns a record of the role entering an epoch. */
  public static AuditRecord epoch(long epoch, byte[] salt) {
    ByteBuffer digest = ByteBuffer.wrap(sha256().digest(salt));
    return new AuditRecord(AuditEvent.EPOCH, epoch, -1, -1, 0, digest.getLong(), digest.getLong());
  }

  /** Returns a record of the dealer dealing for an image. */
  public static AuditRecord dealt(long epoch, long number, int layer) {
    return new AuditRecord(AuditEvent.DEALT, epoch, number, layer, 0, 0, 0);
  }

  /** Returns a record of a party revealing its masks for a number that is discarded. */
  public static AuditRecord revealed(long epoch, long number, int layer) {
    return new AuditRecord(AuditEvent.REVEALED, epoch, number, layer, 0, 0, 0);
  }

  /**
   * Returns a record of a party opening one image's part of a tensor; costs one pass over the part.
   *
   * @param offset of the part's first word
   * @param length words of the part
   */
  public static AuditRecord opened(
      long epoch, long number, int layer, int round, int[] words, int offset, int length) {
    MessageDigest sha256 = sha256();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    int chunkWords = CHUNK_BYTES / Integer.BYTES;
    for (int from = 0; from < length; from += chunkWords) {
      int count = Math.min(chunkWords, length - from);
      chunk.asIntBuffer().put(words, offset + from, count);
      sha256.update(chunk.array(), 0, count * Integer.BYTES);
    }
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
    return new AuditRecord(
        AuditEvent.OPENED, epoch, number, layer, round, digest.getLong(), digest.getLong());
  }

  boolean hasDigestOf(AuditRecord other) {
    return digestHigh == other.digestHigh && digestLow == other.digestLow;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** For people. */
  @Override
  public String toString() {
    return event
        + " epoch "
        + Long.toHexString(epoch)
        + " session "
        + number
        + " layer "
        + layer
        + " round "
        + round;
  }
}
