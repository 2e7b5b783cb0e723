// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.protocols.random.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * One line of an audit log.
 *
 * @param event what
 * @param epoch in which epoch
 * @param number which image; -1 for the opening of the weights and for the epoch itself
 * @param layer which layer; -1 for the epoch itself
 * @param round which round of the layer, -1 for its first round in advance; 0 for dealing
 * @param digest of what is opened, or of the epoch's salt
 */
public record AuditRecord(
    AuditEvent event, long epoch, long number, int layer, int round, Digest digest) {
  /**
   * The first 16 bytes of a SHA-256.
   *
   * @param high the first 8
   * @param low the next 8
   */
  public record Digest(long high, long low) {
    /** Where nothing is opened. */
    static final Digest NONE = new Digest(0, 0);

    private static final int CHUNK_BYTES = 1 << 14;

    /** Returns the digest of bytes. */
    static Digest of(byte[] bytes) {
      return first16BytesOf(Sha256.of(bytes));
    }

    /** Returns the digest of some words of a tensor; costs one pass over them. */
    public static Digest of(int[] words, int offset, int length) {
      MessageDigest sha256 = Sha256.digest();
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      int chunkWords = CHUNK_BYTES / Integer.BYTES;
      for (int from = 0; from < length; from += chunkWords) {
        int count = Math.min(chunkWords, length - from);
        chunk.asIntBuffer().put(words, offset + from, count);
        sha256.update(chunk.array(), 0, count * Integer.BYTES);
      }
      return first16BytesOf(sha256.digest());
    }

    private static Digest first16BytesOf(byte[] hash) {
      ByteBuffer bytes = ByteBuffer.wrap(hash);
      return new Digest(bytes.getLong(), bytes.getLong());
    }
  }

  /** Returns a record of the role entering an epoch. */
  public static AuditRecord epoch(long epoch, byte[] salt) {
    return new AuditRecord(AuditEvent.EPOCH, epoch, -1, -1, 0, Digest.of(salt));
  }

  /** Returns a record of the dealer dealing for an image. */
  public static AuditRecord dealt(long epoch, long number, int layer) {
    return new AuditRecord(AuditEvent.DEALT, epoch, number, layer, 0, Digest.NONE);
  }

  /** Returns a record of a party revealing its masks for a number that is discarded. */
  public static AuditRecord revealed(long epoch, long number, int layer) {
    return new AuditRecord(AuditEvent.REVEALED, epoch, number, layer, 0, Digest.NONE);
  }

  /** Returns a record of a party opening one image's part of a tensor. */
  public static AuditRecord opened(long epoch, long number, int layer, int round, Digest digest) {
    return new AuditRecord(AuditEvent.OPENED, epoch, number, layer, round, digest);
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
