// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Draws the masks that two holders of a {@link CorrelationKey} have in common.
 *
 * <p>HKDF-Extract binds the key to an epoch's salt once. HKDF-Expand makes a seed of each session
 * from it, for the masks that the session opens. For every {@link MaskLabel}, HKDF-Expand makes an
 * AES-256 key of its own from the session's seed, or from the epoch's key for shares of what is
 * dealt and masks of weights. The stream is AES-CTR under that key from counter 0: 16-byte blocks,
 * read as little-endian words. So a session's masks can be revealed alone, by its seed: it gives no
 * stream of any other session, no share of what is dealt and no mask of weights. Streams of
 * different labels use different keys, so they cannot overlap; a stream has at most 2^30 blocks,
 * far below the 2^64 at which blocks that never repeat could be told from random ones.
 *
 * <p>Thread-safe: holds no mutable state. A call costs two HMACs, one AES key schedule and two
 * provider look-ups, whatever its length, and allocates a buffer of {@value #CHUNK_LENGTH_BYTES}
 * bytes at most; nothing is allocated per word.
 */
public final class KeyedRandom {
  private static final int CHUNK_LENGTH_BYTES = 16 * 1024;
  private static final int BLOCK_LENGTH_BYTES = 16;
  private static final int AES_KEY_LENGTH_BYTES = 32;

  /** Length of {@link #confirmation()}. */
  public static final int CONFIRMATION_LENGTH_BYTES = 16;

  /** Shorter than any label, so no mask's stream starts from the same input. */
  private static final byte[] CONFIRMATION_INFO =
      "pascaline key".getBytes(StandardCharsets.US_ASCII);

  /** Length of {@link #sessionSeed}. */
  public static final int SEED_LENGTH_BYTES = 32;

  /** With epoch and number longer than the confirmation's, shorter than any label. */
  private static final byte[] SEED_INFO = "pascaline session".getBytes(StandardCharsets.US_ASCII);

  /** Words that one part of a split fill draws; a multiple of a block. */
  private static final int PART_WORDS = 1 << 16;

  /** Only ever read: CTR turns zeros into the key stream. */
  private static final byte[] ZEROS = new byte[CHUNK_LENGTH_BYTES];

  private final byte[] pseudoRandomKey;
  private final WordSource arrays;

  /** Null for an epoch's masks; otherwise the session whose seed the key is. */
  private final SessionId revealedOrNull;

  private KeyedRandom(byte[] pseudoRandomKey, WordSource arrays, SessionId revealedOrNull) {
    this.pseudoRandomKey = pseudoRandomKey;
    this.arrays = arrays;
    this.revealedOrNull = revealedOrNull;
  }

  /**
   * Returns the source of an epoch's masks.
   *
   * @param key shared by the dealer and one party
   * @param epochSalt what both contributed to the epoch's start; may be public, must be fresh
   */
  public static KeyedRandom derive(CorrelationKey key, byte[] epochSalt) {
    byte[] keyBytes = key.encoded();
    byte[] pseudoRandomKey = HkdfSha256.extract(epochSalt, keyBytes);
    Arrays.fill(keyBytes, (byte) 0);
    return new KeyedRandom(pseudoRandomKey, WordSource.fresh(), null);
  }

  /**
   * Returns the masks of one session, which somebody else draws from the key: those that the
   * session opens, and no other.
   *
   * @param seed what {@link #sessionSeed} gave its owner; copied
   * @throws IllegalArgumentException if it has another length, or the session is the setup
   */
  public static KeyedRandom ofSessionSeed(SessionId session, byte[] seed) {
    session.requireInferenceOf(session.epoch());
    if (seed.length != SEED_LENGTH_BYTES) {
      throw new IllegalArgumentException(
          "a session's seed has " + SEED_LENGTH_BYTES + " bytes, not " + seed.length);
    }
    return new KeyedRandom(seed.clone(), WordSource.fresh(), session);
  }

  /**
   * Returns what the masks derive from that this session opens. Secret until the session is
   * discarded: whoever has it and an opening of the session has what the opening hides.
   *
   * @throws IllegalArgumentException if the session is the setup
   */
  public byte[] sessionSeed(SessionId session) {
    session.requireInferenceOf(session.epoch());
    requireOf(session);
    return seedOf(session);
  }

  private byte[] seedOf(SessionId session) {
    byte[] info =
        ByteBuffer.allocate(SEED_INFO.length + 2 * Long.BYTES)
            .put(SEED_INFO)
            .putLong(session.epoch())
            .putLong(session.number())
            .array();
    return HkdfSha256.expand(pseudoRandomKey, info, SEED_LENGTH_BYTES);
  }

  private void requireOf(SessionId session) {
    if (revealedOrNull != null) {
      throw new IllegalArgumentException(
          "the seed of session " + revealedOrNull + " says nothing of session " + session);
    }
  }

  /** Returns the same masks, drawn into arrays of a source. */
  public KeyedRandom into(WordSource source) {
    return new KeyedRandom(pseudoRandomKey, source, revealedOrNull);
  }

  /** Returns where {@link #draw} takes arrays from. */
  public WordSource arrays() {
    return arrays;
  }

  /** Returns the first words of the stream of {@code label}; the caller owns the array. */
  public int[] draw(MaskLabel label, int wordCount, WorkSplitter splitter) {
    int[] drawn = arrays.take(wordCount);
    fill(label, drawn, splitter);
    return drawn;
  }

  /**
   * Returns uniform words that nobody else can draw: AES-CTR under a key that {@code random} gives
   * and that is used for nothing else. Ten times as fast as the system's source alone.
   */
  public static int[] fresh(int wordCount, SecureRandom random) {
    byte[] key = new byte[AES_KEY_LENGTH_BYTES];
    random.nextBytes(key);
    SecretKeySpec spec = new SecretKeySpec(key, "AES");
    Arrays.fill(key, (byte) 0);
    int[] words = new int[wordCount];
    fillRange(spec, words, 0, wordCount);
    return words;
  }

  /**
   * Returns a value that only holders of the same key and salt can derive, to tell before any use
   * whether both sides hold the same ones. It says nothing about any mask.
   */
  public byte[] confirmation() {
    return HkdfSha256.expand(pseudoRandomKey, CONFIRMATION_INFO, CONFIRMATION_LENGTH_BYTES);
  }

  /** Overwrites {@code words} with the beginning of the stream of {@code label}. */
  public void fill(MaskLabel label, int[] words) {
    fill(label, words, WorkSplitter.sequential());
  }

  /**
   * Overwrites {@code words} with the beginning of the stream of {@code label}, its parts drawn
   * independently of each other through {@code splitter}. The result does not depend on the
   * splitter.
   */
  public void fill(MaskLabel label, int[] words, WorkSplitter splitter) {
    SecretKeySpec key = streamKey(label);
    if (words.length <= PART_WORDS || splitter.width() == 1) {
      fillRange(key, words, 0, words.length);
      return;
    }
    int parts = (words.length - 1) / PART_WORDS + 1;
    splitter.run(
        parts,
        part -> {
          int from = part * PART_WORDS;
          fillRange(key, words, from, Math.min(words.length - from, PART_WORDS) + from);
        });
  }

  /**
   * Overwrites {@code doubleWords} with the beginning of the stream of {@code label}: two words of
   * it per element, the low one first.
   */
  public void fill(MaskLabel label, long[] doubleWords) {
    SecretKeySpec key = streamKey(label);
    Cipher cipher = streamAt(key, 0);
    byte[] chunk = new byte[chunkLengthBytes((long) doubleWords.length * Long.BYTES)];
    ByteBuffer bytes = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    int chunkElements = chunk.length / Long.BYTES;
    for (int at = 0; at < doubleWords.length; at += chunkElements) {
      int count = Math.min(chunkElements, doubleWords.length - at);
      nextBytes(cipher, chunk, count * Long.BYTES);
      bytes.asLongBuffer().get(doubleWords, at, count);
    }
    Arrays.fill(chunk, (byte) 0);
  }

  private static void fillRange(SecretKeySpec key, int[] words, int from, int to) {
    Cipher cipher = streamAt(key, from / (BLOCK_LENGTH_BYTES / Integer.BYTES));
    byte[] chunk = new byte[chunkLengthBytes((long) (to - from) * Integer.BYTES)];
    ByteBuffer bytes = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    int chunkElements = chunk.length / Integer.BYTES;
    int at = from;
    while (at < to) {
      int count = Math.min(chunkElements, to - at);
      nextBytes(cipher, chunk, count * Integer.BYTES);
      bytes.asIntBuffer().get(words, at, count);
      at += count;
    }
    Arrays.fill(chunk, (byte) 0);
  }

  private static int chunkLengthBytes(long totalLengthBytes) {
    return (int) Math.min(CHUNK_LENGTH_BYTES, totalLengthBytes);
  }

  private SecretKeySpec streamKey(MaskLabel label) {
    byte[] parent = parentKey(label);
    byte[] key = HkdfSha256.expand(parent, label.info(), AES_KEY_LENGTH_BYTES);
    if (parent != pseudoRandomKey) {
      Arrays.fill(parent, (byte) 0);
    }
    SecretKeySpec spec = new SecretKeySpec(key, "AES");
    Arrays.fill(key, (byte) 0);
    return spec;
  }

  /** Returns the key that a stream's key derives from. */
  private byte[] parentKey(MaskLabel label) {
    boolean ofSeed = label.purpose().isOfSessionSeed() && !label.session().isSetup();
    if (ofSeed && label.session().equals(revealedOrNull)) {
      return pseudoRandomKey;
    }
    requireOf(label.session());
    return ofSeed ? seedOf(label.session()) : pseudoRandomKey;
  }

  private static Cipher streamAt(SecretKeySpec key, long block) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      byte[] counter = ByteBuffer.allocate(BLOCK_LENGTH_BYTES).putLong(0).putLong(block).array();
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
      return cipher;
    } catch (GeneralSecurityException e) {
      // Every Java platform has AES; a policy that forbids 256-bit keys cannot run this.
      throw new IllegalStateException("no AES/CTR/NoPadding with 256-bit keys", e);
    }
  }

  private static void nextBytes(Cipher cipher, byte[] chunk, int lengthBytes) {
    try {
      int produced = cipher.update(ZEROS, 0, lengthBytes, chunk, 0);
      if (produced != lengthBytes) {
        throw new IllegalStateException("the AES/CTR provider holds bytes back");
      }
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "KeyedRandom[hidden]";
  }
}
