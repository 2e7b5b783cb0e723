// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** The public key of an identity, of Ed25519. Immutable. */
public final class PublicIdentity {
  /** Bytes of a public key. */
  public static final int KEY_BYTES = 32;

  /** Bytes of a signature. */
  public static final int SIGNATURE_BYTES = 64;

  private static final String PREFIX = "ed25519:";

  private final byte[] key;
  private final Ed25519PublicKeyParameters parameters;

  /** Checks that the key is a point of the curve. */
  PublicIdentity(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("key has " + key.length + " bytes, not " + KEY_BYTES);
    }
    this.key = key.clone();
    this.parameters = new Ed25519PublicKeyParameters(key, 0);
  }

  /**
   * Reads the form that {@link #toString} writes: {@code ed25519:} and 44 characters of Base64.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static PublicIdentity parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("public identity does not begin with " + PREFIX);
    }
    byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
    PublicIdentity identity = new PublicIdentity(key);
    if (!identity.toString().equals(text)) {
      throw new IllegalArgumentException("public identity is not in its one canonical form");
    }
    return identity;
  }

  /**
   * Returns whether a signature over a context and a digest is this identity's. Takes some 0.1 ms.
   *
   * @param context tells apart what an identity signs; ASCII
   */
  boolean verifies(String context, byte[] digest, byte[] signature) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(false, parameters);
    PrivateIdentity.feed(signer, context, digest);
    return signer.verifySignature(signature);
  }

  /** Returns whether a message names this identity at that offset. */
  boolean isAt(byte[] message, int offset) {
    return Arrays.equals(key, 0, KEY_BYTES, message, offset, offset + KEY_BYTES);
  }

  /** Returns the key itself; a copy. */
  byte[] encoded() {
    return key.clone();
  }

  /** Writes the key. */
  void put(ByteBuffer buffer) {
    buffer.put(key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicIdentity identity && Arrays.equals(key, identity.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key);
  }

  /** Returns the form that goes into deployment files. */
  @Override
  public String toString() {
    return text(key);
  }

  /** Returns the same for what may be no key at all. */
  static String text(byte[] key) {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }
}
