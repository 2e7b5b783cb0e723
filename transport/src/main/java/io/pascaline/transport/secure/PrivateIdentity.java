// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** An identity: an Ed25519 private key (RFC 8032). Immutable; prints its public key only. */
public final class PrivateIdentity {
  /** Bytes of a private key, which is a seed. */
  public static final int SEED_BYTES = 32;

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

  /** Returns a new identity. */
  public static PrivateIdentity generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new PrivateIdentity(seed);
  }

  /** Returns the seed, for the one file that keeps it; the array is the caller's to erase. */
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
