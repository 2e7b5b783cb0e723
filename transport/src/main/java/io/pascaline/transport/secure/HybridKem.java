// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.generators.MLKEMKeyPairGenerator;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMKeyGenerationParameters;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * X25519 (RFC 7748) beside ML-KEM-768 (FIPS 203): the secret is safe as long as one of the two is.
 * The secrets are only concatenated; the caller hashes them together with all that was sent.
 */
final class HybridKem {
  static final int X25519_BYTES = 32;
  static final int KEM_KEY_BYTES = 1_184;
  static final int KEM_CIPHERTEXT_BYTES = 1_088;

  /** What the initiator sends: an X25519 public key and an ML-KEM encapsulation key. */
  static final int OFFER_BYTES = X25519_BYTES + KEM_KEY_BYTES;

  /** What the responder sends: an X25519 public key and an ML-KEM ciphertext. */
  static final int ANSWER_BYTES = X25519_BYTES + KEM_CIPHERTEXT_BYTES;

  static final int SECRET_BYTES = 64;

  /**
   * The responder's result.
   *
   * @param answer for the initiator
   * @param secret 64 bytes, to be erased
   */
  record Answered(byte[] answer, byte[] secret) {
    @Override
    public String toString() {
      return "Answered[" + answer.length + " bytes]";
    }
  }

  /** The initiator's keys, fresh for each handshake. */
  static final class Offer {
    private final X25519PrivateKeyParameters curveKey;
    private final MLKEMPrivateKeyParameters kemKey;
    private final byte[] encoded = new byte[OFFER_BYTES];

    private Offer(X25519PrivateKeyParameters curveKey, MLKEMPrivateKeyParameters kemKey) {
      this.curveKey = curveKey;
      this.kemKey = kemKey;
      curveKey.generatePublicKey().encode(encoded, 0);
      System.arraycopy(kemKey.getPublicKey(), 0, encoded, X25519_BYTES, KEM_KEY_BYTES);
    }

    static Offer generate(SecureRandom random) {
      MLKEMKeyPairGenerator generator = new MLKEMKeyPairGenerator();
      generator.init(new MLKEMKeyGenerationParameters(random, MLKEMParameters.ml_kem_768));
      AsymmetricCipherKeyPair pair = generator.generateKeyPair();
      return new Offer(
          new X25519PrivateKeyParameters(random), (MLKEMPrivateKeyParameters) pair.getPrivate());
    }

    /** From given keys, for vectors. */
    static Offer of(byte[] curveSeed, byte[] kemSeed) {
      return new Offer(
          new X25519PrivateKeyParameters(curveSeed),
          new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, kemSeed));
    }

    byte[] encoded() {
      return encoded;
    }

    /**
     * Returns the secret of an answer.
     *
     * @throws IllegalArgumentException for an answer whose X25519 secret would be zero
     */
    byte[] secret(byte[] answer) {
      byte[] secret = new byte[SECRET_BYTES];
      byte[] ciphertext = Arrays.copyOfRange(answer, X25519_BYTES, ANSWER_BYTES);
      byte[] kemSecret = new MLKEMExtractor(kemKey).extractSecret(ciphertext);
      System.arraycopy(kemSecret, 0, secret, 0, kemSecret.length);
      Arrays.fill(kemSecret, (byte) 0);
      agree(curveKey, answer, secret);
      return secret;
    }
  }

  private HybridKem() {}

  /**
   * Answers an offer.
   *
   * @throws IllegalArgumentException for an offer that no honest peer makes: ML-KEM's modulus check
   *     fails, or the X25519 secret would be zero
   */
  static Answered answer(byte[] offer, SecureRandom random) {
    byte[] message = new byte[32];
    random.nextBytes(message);
    Answered answered = answer(offer, new X25519PrivateKeyParameters(random), message);
    Arrays.fill(message, (byte) 0);
    return answered;
  }

  /** With given randomness, for vectors. */
  static Answered answer(byte[] offer, X25519PrivateKeyParameters curveKey, byte[] message) {
    MLKEMPublicKeyParameters kemKey =
        new MLKEMPublicKeyParameters(
            MLKEMParameters.ml_kem_768, Arrays.copyOfRange(offer, X25519_BYTES, OFFER_BYTES));
    SecretWithEncapsulation kem = MLKEMGenerator.internalGenerateEncapsulated(kemKey, message);
    byte[] secret = new byte[SECRET_BYTES];
    byte[] kemSecret = kem.getSecret();
    System.arraycopy(kemSecret, 0, secret, 0, kemSecret.length);
    Arrays.fill(kemSecret, (byte) 0);
    agree(curveKey, offer, secret);
    byte[] answer = new byte[ANSWER_BYTES];
    curveKey.generatePublicKey().encode(answer, 0);
    System.arraycopy(kem.getEncapsulation(), 0, answer, X25519_BYTES, KEM_CIPHERTEXT_BYTES);
    return new Answered(answer, secret);
  }

  /** Writes the X25519 secret with the key that starts a peer's message. */
  private static void agree(X25519PrivateKeyParameters own, byte[] peer, byte[] secret) {
    try {
      own.generateSecret(new X25519PublicKeyParameters(peer, 0), secret, SECRET_BYTES / 2);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("the X25519 secret is zero", e);
    }
  }
}
