// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import java.security.SecureRandom;

/**
 * The secret that the dealer shares with one party, {@value #LENGTH_BYTES} bytes. Immutable; {@link
 * #toString} hides it.
 */
public final class CorrelationKey {
  /** Length of a key in bytes. */
  public static final int LENGTH_BYTES = 32;

  private final byte[] bytes;

  private CorrelationKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns a fresh key from {@code random}. */
  public static CorrelationKey generate(SecureRandom random) {
    byte[] bytes = new byte[LENGTH_BYTES];
    random.nextBytes(bytes);
    return new CorrelationKey(bytes);
  }

  /**
   * Returns the key with these bytes, which are copied.
   *
   * @throws IllegalArgumentException if there are not {@value #LENGTH_BYTES} of them
   */
  public static CorrelationKey ofBytes(byte[] bytes) {
    if (bytes.length != LENGTH_BYTES) {
      throw new IllegalArgumentException(
          "a correlation key has " + LENGTH_BYTES + " bytes, not " + bytes.length);
    }
    return new CorrelationKey(bytes.clone());
  }

  /** Returns a copy of the key's bytes, for writing it to its owner's key file. */
  public byte[] encoded() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "CorrelationKey[hidden]";
  }
}
