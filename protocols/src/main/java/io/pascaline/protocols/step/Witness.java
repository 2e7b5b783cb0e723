// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.random.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Compares {@link PartyStep#witness witnesses} of two parties by their digests, so that whoever
 * computed another one does not learn where they differ. Stateless.
 */
public final class Witness {
  private static final byte[] DOMAIN = "pascaline witness 1".getBytes(StandardCharsets.US_ASCII);
  private static final int CHUNK_WORDS = 4096;

  private Witness() {}

  /** Returns the SHA-256 (32 bytes) of a domain of its own, epoch, number, layer and the words. */
  public static byte[] digest(SessionId session, int layer, int[] words) {
    MessageDigest sha256 = Sha256.digest();
    sha256.update(DOMAIN);
    sha256.update(
        ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
            .putLong(session.epoch())
            .putLong(session.number())
            .putInt(layer)
            .array());
    ByteBuffer chunk =
        ByteBuffer.allocate(CHUNK_WORDS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < words.length; from += CHUNK_WORDS) {
      int count = Math.min(CHUNK_WORDS, words.length - from);
      chunk.asIntBuffer().put(words, from, count);
      sha256.update(chunk.array(), 0, count * Integer.BYTES);
    }
    return sha256.digest();
  }
}
