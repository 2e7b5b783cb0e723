package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;

/** Known answers of every primitive, through the calls that the channel makes. */
class PrimitivesTest {
  /** RFC 8032, 7.1, test 3. */
  @Test
  void shouldSignAsEd25519DoesInItsRfc() {
    final byte[] seed =
        Hex.bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    final PrivateIdentity identity = PrivateIdentity.ofSeed(seed);
    final byte[] message = Hex.bytes("af82");
    final byte[] expected =
        Hex.bytes(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");

    final byte[] key = identity.publicIdentity().encoded();
    assertEquals("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", Hex.text(key));
    final Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(key, 0));
    verifier.update(message, 0, message.length);
    assertTrue(verifier.verifySignature(expected));
    assertArrayEquals(seed, identity.seed());
  }

  /** The signer itself against the JDK's. */
  @Test
  void shouldSignWhatTheJdkVerifies() throws Exception {
    final PrivateIdentity identity = PrivateIdentity.generate(Pair.RANDOM);
    final byte[] digest = KeySchedule.digest(new byte[] {7});
    final byte[] info = Hex.bytes("302a300506032b6570032100");
    final byte[] encoded = Arrays.copyOf(info, info.length + 32);
    System.arraycopy(identity.publicIdentity().encoded(), 0, encoded, info.length, 32);
    final Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update("label".getBytes(StandardCharsets.US_ASCII));
    verifier.update((byte) 0);
    verifier.update(digest);

    assertTrue(verifier.verify(identity.sign("label", digest)));
  }

  @Test
  void shouldVerifyOnlyWhatWasSignedInThatContext() {
    final PrivateIdentity identity = PrivateIdentity.ofSeed(new byte[32]);
    final byte[] digest = KeySchedule.digest(new byte[] {1});
    final byte[] signature = identity.sign("a", digest);
    final PublicIdentity known = identity.publicIdentity();

    assertTrue(known.verifies("a", digest, signature));
    assertFalse(known.verifies("b", digest, signature));
    assertFalse(known.verifies("a", KeySchedule.digest(new byte[] {2}), signature));
    for (int i = 0; i < signature.length; i++) {
      signature[i] ^= 1;
      assertFalse(known.verifies("a", digest, signature), "byte " + i);
      signature[i] ^= 1;
    }
  }

  /** RFC 7748, 6.1, both halves of the exchange, as the two sides of a handshake. */
  @Test
  void shouldAgreeAsX25519DoesInItsRfc() {
    final byte[] alice =
        Hex.bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    final byte[] bob =
        Hex.bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    final HybridKem.Offer offer = HybridKem.Offer.of(alice, new byte[64]);

    final HybridKem.Answered answered =
        HybridKem.answer(offer.encoded(), new X25519PrivateKeyParameters(bob), new byte[32]);

    assertEquals(
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        Hex.text(Arrays.copyOf(offer.encoded(), 32)));
    assertEquals(
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        Hex.text(Arrays.copyOf(answered.answer(), 32)));
    assertEquals(
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        Hex.text(Arrays.copyOfRange(answered.secret(), 32, 64)));
    assertArrayEquals(answered.secret(), offer.secret(answered.answer()));
  }

  @Test
  void shouldRefuseAnX25519KeyThatLeavesNoSecret() {
    final HybridKem.Offer offer = HybridKem.Offer.of(new byte[32], new byte[64]);
    final byte[] bad = offer.encoded().clone();
    Arrays.fill(bad, 0, 32, (byte) 0);

    assertThrows(
        IllegalArgumentException.class,
        () -> HybridKem.answer(bad, new X25519PrivateKeyParameters(new byte[32]), new byte[32]));
  }

  /** FIPS 203, 7.2: a coefficient of 4,095 is not reduced modulo 3,329. */
  @Test
  void shouldRefuseAnEncapsulationKeyThatIsNotReduced() {
    final byte[] bad = HybridKem.Offer.of(new byte[32], new byte[64]).encoded().clone();
    bad[32] = (byte) 0xFF;
    bad[33] |= 0x0F;

    assertThrows(
        IllegalArgumentException.class,
        () -> HybridKem.answer(bad, new X25519PrivateKeyParameters(new byte[32]), new byte[32]));
  }

  /**
   * The accumulated vectors of C2SP/CCTV for ML-KEM-768 with the key generation of FIPS 203: keys,
   * ciphertexts and secrets of a deterministic stream, a random ciphertext (implicit rejection)
   * among them, hashed. The values for 100 and 10,000 rounds are those of Go's crypto/mlkem.
   */
  @Test
  void shouldEncapsulateAsMlKem768DoesInItsAccumulatedVectors() {
    final int rounds = Integer.getInteger("pascaline.mlkem.rounds", 100);
    final SHAKEDigest in = new SHAKEDigest(128);
    final SHAKEDigest out = new SHAKEDigest(128);
    final byte[] seed = new byte[64];
    final byte[] message = new byte[32];
    final byte[] noise = new byte[HybridKem.KEM_CIPHERTEXT_BYTES];
    final byte[] curve = new byte[32];
    for (int round = 0; round < rounds; round++) {
      in.doOutput(seed, 0, seed.length);
      final HybridKem.Offer offer = HybridKem.Offer.of(curve, seed);
      out.update(offer.encoded(), 32, HybridKem.KEM_KEY_BYTES);
      in.doOutput(message, 0, message.length);
      final HybridKem.Answered answered =
          HybridKem.answer(offer.encoded(), new X25519PrivateKeyParameters(curve), message);
      out.update(answered.answer(), 32, HybridKem.KEM_CIPHERTEXT_BYTES);
      out.update(answered.secret(), 0, 32);
      assertArrayEquals(answered.secret(), offer.secret(answered.answer()));
      in.doOutput(noise, 0, noise.length);
      final byte[] forged = answered.answer().clone();
      System.arraycopy(noise, 0, forged, 32, noise.length);
      out.update(offer.secret(forged), 0, 32);
    }
    final byte[] digest = new byte[32];
    out.doFinal(digest, 0, digest.length);

    assertEquals(
        rounds == 100
            ? "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"
            : "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc",
        Hex.text(digest));
  }

  /** RFC 5869, A.1. */
  @Test
  void shouldDeriveAsHkdfDoesInItsRfc() {
    final byte[] secret = new byte[22];
    Arrays.fill(secret, (byte) 0x0b);

    final byte[] key = Hkdf.extract(Hex.bytes("000102030405060708090a0b0c"), secret);

    assertEquals("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5", Hex.text(key));
    assertEquals(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        Hex.text(Hkdf.expand(key, Hex.bytes("f0f1f2f3f4f5f6f7f8f9"), 42)));
  }

  /** RFC 4231, test case 2, without the text: HMAC as the confirmations use it. */
  @Test
  void shouldAuthenticateAsHmacDoesInItsRfc() {
    assertEquals(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        Hex.text(
            Hkdf.mac(
                Hex.bytes("4a656665"),
                Hex.bytes("7768617420646f2079612077616e7420666f72206e6f7468696e673f"))));
  }

  /** McGrew and Viega, The Galois/Counter Mode of Operation, test case 16: AES-256 with data. */
  @Test
  void shouldSealAsAes256GcmDoesInItsPaper() throws Exception {
    final byte[] key =
        Hex.bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    final byte[] iv = Hex.bytes("cafebabefacedbaddecaf888");
    final byte[] text =
        Hex.bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    final byte[] sealed = new byte[text.length + 16];

    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
    cipher.updateAAD(Hex.bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
    cipher.doFinal(text, 0, text.length, sealed, 0);

    assertEquals(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            + "76fc6ece0f4e1768cddf8853bb2d551b",
        Hex.text(sealed));
  }

  @Test
  void shouldNeverUseANonceTwice() {
    final DirectionKeys keys = new DirectionKeys(new byte[32]);
    final byte[] zero = new byte[12];
    keys.nonce(0, zero);
    for (long counter : new long[] {1, 255, 256, 1L << 32, Long.MAX_VALUE}) {
      final byte[] nonce = new byte[12];
      keys.nonce(counter, nonce);
      long difference = 0;
      for (int i = 0; i < 8; i++) {
        difference = difference << 8 | (nonce[4 + i] ^ zero[4 + i]) & 0xFF;
      }
      assertEquals(counter, difference);
      assertArrayEquals(Arrays.copyOf(zero, 4), Arrays.copyOf(nonce, 4));
    }
    assertFalse(Arrays.equals(keys.key().getEncoded(), keys.advanced().key().getEncoded()));
  }
}
