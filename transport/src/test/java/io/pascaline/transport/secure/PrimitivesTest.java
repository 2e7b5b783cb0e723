// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
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
    byte[] seed = Hex.bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    PrivateIdentity identity = PrivateIdentity.ofSeed(seed);
    byte[] message = Hex.bytes("af82");
    byte[] expected =
        Hex.bytes(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");

    byte[] key = identity.publicIdentity().encoded();
    assertEquals("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", Hex.text(key));
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(key, 0));
    verifier.update(message, 0, message.length);
    assertTrue(verifier.verifySignature(expected));
    assertArrayEquals(seed, identity.seed());
  }

  /** The signer itself against the JDK's. */
  @Test
  void shouldSignWhatTheJdkVerifies() throws Exception {
    PrivateIdentity identity = PrivateIdentity.generate(Pair.RANDOM);
    byte[] digest = Hkdf.sha256().digest(new byte[] {7});
    byte[] info = Hex.bytes("302a300506032b6570032100");
    byte[] encoded = Arrays.copyOf(info, info.length + 32);
    System.arraycopy(identity.publicIdentity().encoded(), 0, encoded, info.length, 32);
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update("label".getBytes(StandardCharsets.US_ASCII));
    verifier.update((byte) 0);
    verifier.update(digest);

    assertTrue(verifier.verify(identity.sign("label", digest)));
  }

  /**
   * The JDK's signer, which is held to RFC 8032's test 3, signs the same: the RFC's own messages
   * cannot be put through {@link PrivateIdentity#sign}, which signs a label before anything else.
   */
  @Test
  void shouldSignWhatTheJdkSigns() throws Exception {
    byte[] seed = Hex.bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    byte[] info = Hex.bytes("302e020100300506032b657004220420");
    byte[] encoded = Arrays.copyOf(info, info.length + seed.length);
    System.arraycopy(seed, 0, encoded, info.length, seed.length);
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(
        KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    signer.update(Hex.bytes("af82"));
    assertEquals(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        Hex.text(signer.sign()));
    byte[] digest = Hkdf.sha256().digest(new byte[] {7});
    signer.update("label".getBytes(StandardCharsets.US_ASCII));
    signer.update((byte) 0);
    signer.update(digest);

    assertArrayEquals(signer.sign(), PrivateIdentity.ofSeed(seed).sign("label", digest));
  }

  /** RFC 8032, 5.1.7: of the numbers that are the same modulo the group's order one is taken. */
  @Test
  void shouldRefuseASignatureInAnotherSpelling() {
    PrivateIdentity identity = PrivateIdentity.ofSeed(new byte[32]);
    byte[] digest = Hkdf.sha256().digest(new byte[] {1});
    byte[] signature = identity.sign("a", digest);
    byte[] order = Hex.bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    int carry = 0;
    for (int i = 0; i < order.length; i++) {
      carry += (signature[32 + i] & 0xFF) + (order[i] & 0xFF);
      signature[32 + i] = (byte) carry;
      carry >>= 8;
    }

    assertEquals(0, carry);
    assertFalse(identity.publicIdentity().verifies("a", digest, signature));
  }

  @Test
  void shouldVerifyOnlyWhatWasSignedInThatContext() {
    PrivateIdentity identity = PrivateIdentity.ofSeed(new byte[32]);
    byte[] digest = Hkdf.sha256().digest(new byte[] {1});
    byte[] signature = identity.sign("a", digest);
    PublicIdentity known = identity.publicIdentity();

    assertTrue(known.verifies("a", digest, signature));
    assertFalse(known.verifies("b", digest, signature));
    assertFalse(known.verifies("a", Hkdf.sha256().digest(new byte[] {2}), signature));
    for (int i = 0; i < signature.length; i++) {
      signature[i] ^= 1;
      assertFalse(known.verifies("a", digest, signature), "byte " + i);
      signature[i] ^= 1;
    }
  }

  /** RFC 7748, 6.1, both halves of the exchange, as the two sides of a handshake. */
  @Test
  void shouldAgreeAsX25519DoesInItsRfc() {
    byte[] alice = Hex.bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    byte[] bob = Hex.bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    HybridKem.Offer offer = HybridKem.Offer.of(alice, new byte[64]);

    HybridKem.Answered answered =
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
    HybridKem.Offer offer = HybridKem.Offer.of(new byte[32], new byte[64]);
    byte[] bad = offer.encoded().clone();
    Arrays.fill(bad, 0, 32, (byte) 0);

    assertThrows(
        IllegalArgumentException.class,
        () -> HybridKem.answer(bad, new X25519PrivateKeyParameters(new byte[32]), new byte[32]));
  }

  /** FIPS 203, 7.2: a coefficient of 4,095 is not reduced modulo 3,329. */
  @Test
  void shouldRefuseAnEncapsulationKeyThatIsNotReduced() {
    byte[] bad = HybridKem.Offer.of(new byte[32], new byte[64]).encoded().clone();
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
    int rounds = Integer.getInteger("pascaline.mlkem.rounds", 100);
    SHAKEDigest in = new SHAKEDigest(128);
    SHAKEDigest out = new SHAKEDigest(128);
    byte[] seed = new byte[64];
    byte[] message = new byte[32];
    byte[] noise = new byte[HybridKem.KEM_CIPHERTEXT_BYTES];
    byte[] curve = new byte[32];
    for (int round = 0; round < rounds; round++) {
      in.doOutput(seed, 0, seed.length);
      HybridKem.Offer offer = HybridKem.Offer.of(curve, seed);
      out.update(offer.encoded(), 32, HybridKem.KEM_KEY_BYTES);
      in.doOutput(message, 0, message.length);
      HybridKem.Answered answered =
          HybridKem.answer(offer.encoded(), new X25519PrivateKeyParameters(curve), message);
      out.update(answered.answer(), 32, HybridKem.KEM_CIPHERTEXT_BYTES);
      out.update(answered.secret(), 0, 32);
      assertArrayEquals(answered.secret(), offer.secret(answered.answer()));
      in.doOutput(noise, 0, noise.length);
      byte[] forged = answered.answer().clone();
      System.arraycopy(noise, 0, forged, 32, noise.length);
      out.update(offer.secret(forged), 0, 32);
    }
    byte[] digest = new byte[32];
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
    byte[] secret = new byte[22];
    Arrays.fill(secret, (byte) 0x0b);

    byte[] key = Hkdf.extract(Hex.bytes("000102030405060708090a0b0c"), secret);

    assertEquals("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5", Hex.text(key));
    assertEquals(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        Hex.text(Hkdf.expand(key, Hex.bytes("f0f1f2f3f4f5f6f7f8f9"), 42)));
  }

  /** RFC 5869, A.2: longer than a block, in and out. */
  @Test
  void shouldDeriveMoreThanABlockAsHkdfDoesInItsRfc() {
    byte[] key = Hkdf.extract(counting(0x60, 0xb0), counting(0, 0x50));

    assertEquals("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244", Hex.text(key));
    assertEquals(
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87",
        Hex.text(Hkdf.expand(key, counting(0xb0, 0x100), 82)));
  }

  private static final HandshakeMessage INITIATE = new HandshakeMessage(1, 2, 7, counting(1, 4));
  private static final HandshakeMessage RESPOND = new HandshakeMessage(2, 2, 7, counting(100, 140));
  private static final HandshakeMessage CONFIRM = new HandshakeMessage(3, 2, 7, counting(200, 210));

  /** Returns a transcript up to a Respond with its signature at 8 and its MAC at 24. */
  private static Transcript upToRespond() {
    Transcript transcript = new Transcript();
    transcript.append(INITIATE);
    return transcript;
  }

  private static byte[] whole(Transcript transcript) {
    transcript.append(RESPOND);
    transcript.append(CONFIRM);
    return transcript.digest();
  }

  /** The keys of a handshake, computed once with Python's hmac and hashlib from wire-format.md. */
  @Test
  void shouldDeriveTheKeysThatTheWireFormatSays() {
    Transcript transcript = upToRespond();
    byte[] digest = transcript.digestUpTo(RESPOND, 8);

    KeySchedule keys = new KeySchedule(counting(0, 64), digest);

    assertEquals(
        "a980b6920cef356f8b313313654073851490ad65fed5546b4f5ec37b4c3aaf9e", Hex.text(digest));
    assertEquals(
        "2bd5ee5d4f9b078b7e3bb70c0f4e05c6d8e041b8948cd27fb7a1386a53b181c4",
        Hex.text(keys.responderMac(transcript.digestUpTo(RESPOND, 24))));
    transcript.append(RESPOND);
    assertEquals(
        "114d6426f0312383b618598e63eabd5bb40c9721f4b1f3266b46ef954371b6cd",
        Hex.text(keys.initiatorMac(transcript.digestUpTo(CONFIRM, 4))));
    transcript.append(CONFIRM);
    assertEquals(
        "533a8324bf3c61cc2370213f93571c550429d0db83a4e6831c0333b3228e246e",
        Hex.text(transcript.digest()));
    assertEquals(0x9809b0e96dc8f039L, keys.conversation(transcript.digest()));
    assertEquals(
        "542ad5bbeb7dfe9cdb3c76d3ffab002c00703130b1691aadb62c9bde235153d6",
        Hex.text(keys.exporter(transcript.digest()).export("epoch")));
  }

  @Test
  void shouldReadAheadInATranscriptWithoutChangingIt() {
    Transcript transcript = upToRespond();
    byte[] before = transcript.digest();
    byte[] ahead = transcript.digestUpTo(RESPOND, RESPOND.payload().length);

    assertArrayEquals(before, transcript.digest());
    transcript.append(RESPOND);
    assertArrayEquals(ahead, transcript.digest());
    assertFalse(Arrays.equals(before, ahead));
  }

  @Test
  void shouldExportAnIndependentSecretForEachLabelAndNoneInPlaintext() {
    KeySchedule keys = new KeySchedule(counting(0, 64), counting(0, 32));
    Exporter exporter = keys.exporter(counting(0, 32));

    assertArrayEquals(exporter.export("a"), exporter.export("a"));
    assertFalse(Arrays.equals(exporter.export("a"), exporter.export("b")));
    assertFalse(Arrays.equals(exporter.export("a"), keys.exporter(new byte[32]).export("a")));
    assertEquals(0, Exporter.NONE.export("a").length);
    assertThrows(IllegalArgumentException.class, () -> exporter.export(""));
    assertThrows(IllegalArgumentException.class, () -> exporter.export("\u00E9"));
    assertFalse(exporter.toString().contains(Hex.text(exporter.export("a"))));
    keys.erase();
    assertEquals(32, exporter.export("a").length);
  }

  /**
   * Sealed frames of both directions and two generations, computed once with OpenSSL's AES-GCM from
   * the keys of {@link #shouldDeriveTheKeysThatTheWireFormatSays}.
   */
  @Test
  void shouldSealFramesAsTheWireFormatSays() {
    Transcript transcript = upToRespond();
    KeySchedule keys = new KeySchedule(counting(0, 64), transcript.digestUpTo(RESPOND, 8));
    byte[] whole = whole(transcript);
    RekeyPolicy eachFrame = new RekeyPolicy(40, Long.MAX_VALUE);
    SecureFrameChannel initiator =
        new SecureFrameChannel(
            keys.fromInitiator(whole),
            keys.fromResponder(whole),
            eachFrame,
            () -> 0,
            new FrameArrays());
    SecureFrameChannel responder =
        new SecureFrameChannel(
            keys.fromResponder(whole),
            keys.fromInitiator(whole),
            eachFrame,
            () -> 0,
            new FrameArrays());

    for (String frame :
        new String[] {
          "04000000000000000000000000000000c37e02ba0fca11590fda162a814c1fef880933fe3d5a8a4d",
          "04000000010000000100000000000000c972f903974b37fbb0fcd3631ba9f8e65e3abb972c3d0290"
        }) {
      assertEquals(frame, Hex.text(Sealed.seal(initiator, counting(1, 9))));
    }
    for (String frame :
        new String[] {
          "04000000000000000000000000000000c92438d8558110418c7a647d3acc7f24c3c42b797e6568ed",
          "04000000010000000100000000000000a4a6f4d3e7b74766125cdf342ca9839141669f749269fdcf"
        }) {
      assertEquals(frame, Hex.text(Sealed.seal(responder, counting(1, 9))));
    }
  }

  private static byte[] counting(int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
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
    byte[] key = Hex.bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    byte[] iv = Hex.bytes("cafebabefacedbaddecaf888");
    byte[] text =
        Hex.bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] sealed = new byte[text.length + 16];

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
    DirectionKeys keys = new DirectionKeys(new byte[32]);
    byte[] zero = new byte[12];
    keys.nonce(0, zero);
    for (long counter : new long[] {1, 255, 256, 1L << 32, Long.MAX_VALUE}) {
      byte[] nonce = new byte[12];
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
