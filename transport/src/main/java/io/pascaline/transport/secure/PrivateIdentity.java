// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** An identity: an Ed25519 private key (RFC 8032). Immutable; prints its public key only. */
public final class PrivateIdentity {
  /** Bytes of a private key, which is a seed. */
  public static final int SEED_BYTES = 32;

  private static final String PREFIX = "pascaline-identity-1:";

  private final Ed25519PrivateKeyParameters parameters;
  private final PublicIdentity publicIdentity;

  private PrivateIdentity(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("seed has " + seed.length + " bytes, not " + SEED_BYTES);
    }
    parameters = new Ed25519PrivateKeyParameters(seed, 0);
    publicIdentity = new PublicIdentity(parameters.generatePublicKey().getEncoded());
  }

  /** Returns the identity of a seed; the array stays the caller's. */
  public static PrivateIdentity ofSeed(byte[] seed) {
    return new PrivateIdentity(seed);
  }

  /**
   * Returns the identity of a line, as {@link #encode} writes it; blanks around it do not matter.
   *
   * @throws IllegalArgumentException if it is none; the message quotes nothing of the line, which
   *     may be most of a key
   */
  public static PrivateIdentity parse(String line) {
    String stripped = line.strip();
    byte[] seed = new byte[0];
    try {
      if (stripped.startsWith(PREFIX)) {
        seed = Base64.getDecoder().decode(stripped.substring(PREFIX.length()));
      }
    } catch (IllegalArgumentException quotesTheText) {
      // Neither its message nor itself as a cause may be passed on.
    }
    try {
      if (seed.length == SEED_BYTES) {
        return ofSeed(seed);
      }
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
    throw new IllegalArgumentException("the line holds no identity");
  }

  /** Returns a new identity. */
  public static PrivateIdentity generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new PrivateIdentity(seed);
  }

  /** Returns the line of the identity file, in ASCII. The caller must erase the array after use. */
  public byte[] encode() {
    byte[] seed = seed();
    byte[] base64 = Base64.getEncoder().encode(seed);
    byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
    byte[] line = Arrays.copyOf(prefix, prefix.length + base64.length + 1);
    System.arraycopy(base64, 0, line, prefix.length, base64.length);
    line[line.length - 1] = '\n';
    Arrays.fill(seed, (byte) 0);
    Arrays.fill(base64, (byte) 0);
    return line;
  }

  /** Returns the seed; the array is the caller's to erase. */
  public byte[] seed() {
    return parameters.getEncoded();
  }

  /** Returns what peers pin. */
  public PublicIdentity publicIdentity() {
    return publicIdentity;
  }

  /** Signs a digest in a context. */
  byte[] sign(String context, byte[] digest) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, parameters);
    feed(signer, context, digest);
    return signer.generateSignature();
  }

  static void feed(Ed25519Signer signer, String context, byte[] digest) {
    byte[] label = context.getBytes(StandardCharsets.US_ASCII);
    signer.update(label, 0, label.length);
    signer.update((byte) 0);
    signer.update(digest, 0, digest.length);
  }

  @Override
  public String toString() {
    return "PrivateIdentity of " + publicIdentity;
  }
}
