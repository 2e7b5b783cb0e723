// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of one direction of a link: a chain of secrets, each of which gives a key, an IV and the
 * next. A secret is erased as soon as it has, so a key that leaks opens nothing sent before it. One
 * generation's; immutable but for {@link #erase}.
 */
final class DirectionKeys {
  static final int KEY_BYTES = 32;
  static final int IV_BYTES = 12;

  private static final byte[] NO_DIGEST = {};

  private final int generation;
  private final SecretKey key;
  private final byte[] iv;
  private final byte[] next;

  /** The first generation; erases the secret. */
  DirectionKeys(byte[] secret) {
    this(secret, 0);
  }

  private DirectionKeys(byte[] secret, int generation) {
    this.generation = generation;
    byte[] bytes = Hkdf.expand(secret, "key", NO_DIGEST, KEY_BYTES);
    this.key = new SecretKeySpec(bytes, "AES");
    Arrays.fill(bytes, (byte) 0);
    this.iv = Hkdf.expand(secret, "iv", NO_DIGEST, IV_BYTES);
    this.next = Hkdf.expand(secret, "next", NO_DIGEST, Hkdf.HASH_BYTES);
    Arrays.fill(secret, (byte) 0);
  }

  /**
   * Returns the next generation; this one's chain is not touched, so that a forged frame moves
   * nothing.
   */
  DirectionKeys advanced() {
    return new DirectionKeys(next.clone(), generation + 1);
  }

  int generation() {
    return generation;
  }

  SecretKey key() {
    return key;
  }

  /** The IV, XORed with the counter in its last eight bytes: never the same twice under a key. */
  void nonce(long counter, byte[] out) {
    System.arraycopy(iv, 0, out, 0, IV_BYTES);
    for (int i = 0; i < Long.BYTES; i++) {
      out[IV_BYTES - 1 - i] ^= (byte) (counter >>> (8 * i));
    }
  }

  /** Forgets what leads to the next generation. */
  void erase() {
    Arrays.fill(next, (byte) 0);
    Arrays.fill(iv, (byte) 0);
  }

  @Override
  public String toString() {
    return "DirectionKeys[generation " + generation + "]";
  }
}
