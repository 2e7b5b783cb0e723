// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.SessionId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedRandomTest {
  private static final byte[] SALT = "salt of an epoch".getBytes(StandardCharsets.US_ASCII);
  private static final long EPOCH = 0x0123456789abcdefL;
  private static final MaskLabel LABEL =
      new MaskLabel(new SessionId(EPOCH, 7), 3, 0, Purpose.ACTIVATION_MASK);

  private final KeyedRandom random = KeyedRandom.derive(countingKey(0), SALT);

  /** Computed once with Python's hmac and the openssl command. */
  @Test
  void shouldGiveTheSameWordsAsAnIndependentImplementation() {
    int[] words = words(random, LABEL, 8);

    assertArrayEquals(
        new int[] {
          0xad4b287a,
          0xddbe6e6c,
          0x5a0fe78c,
          0x87f79e7f,
          0x80b89bbb,
          0x2d4f2ba0,
          0x0d73465e,
          0x669ced25
        },
        words);
    // A share of what is dealt derives from the epoch's key.
    MaskLabel share = new MaskLabel(LABEL.session(), 3, 0, Purpose.POWER_SHARE);
    assertArrayEquals(
        new int[] {
          0x470c02c4,
          0xcc460a7c,
          0x562afcae,
          0xe44210ae,
          0xe920366e,
          0x13a983f0,
          0xae4865c1,
          0x9beee711
        },
        words(random, share, 8));
  }

  /** Lengths around the boundaries of blocks, chunks and parts. */
  @ParameterizedTest(name = "{0} words")
  @ValueSource(ints = {0, 1, 3, 4, 5, 4095, 4096, 4097, 65536, 65537, 200_003})
  void shouldBeEncryptedCounters(int count) throws Exception {
    byte[] prk = HkdfSha256.extract(SALT, countingKey(0).encoded());
    byte[] info =
        ByteBuffer.allocate(33)
            .put("pascaline session".getBytes(StandardCharsets.US_ASCII))
            .putLong(EPOCH)
            .putLong(7)
            .array();
    byte[] seed = HkdfSha256.expand(prk, info, 32);
    assertArrayEquals(seed, random.sessionSeed(LABEL.session()));
    byte[] key = HkdfSha256.expand(seed, LABEL.info(), 32);
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    ByteBuffer counters = ByteBuffer.allocate((count + 3) / 4 * 16);
    for (long i = 0; counters.hasRemaining(); i++) {
      counters.putLong(0).putLong(i);
    }
    int[] expected = new int[count];
    ByteBuffer.wrap(block.doFinal(counters.array()))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(expected);

    int[] parallel = new int[count];
    random.fill(LABEL, parallel, ParallelSplitter.INSTANCE);

    assertArrayEquals(expected, words(random, LABEL, count));
    assertArrayEquals(expected, parallel);
  }

  @ParameterizedTest(name = "{0} double words")
  @ValueSource(ints = {0, 1, 2, 2047, 2048, 2049, 10_001})
  void shouldReadDoubleWordsFromTheSameStream(int count) {
    int[] words = words(random, LABEL, 2 * count);
    long[] doubleWords = new long[count];

    random.fill(LABEL, doubleWords);

    for (int i = 0; i < count; i++) {
      assertEquals((long) words[2 * i + 1] << 32 | words[2 * i] & 0xFFFFFFFFL, doubleWords[i]);
    }
  }

  @Test
  void shouldGiveDistinctStreamsForDistinctLabelsKeysAndSalts() {
    List<int[]> streams = new ArrayList<>();
    for (Purpose purpose : Purpose.values()) {
      streams.add(words(random, new MaskLabel(new SessionId(EPOCH, 7), 3, 0, purpose), 64));
    }
    SessionId session = LABEL.session();
    Purpose purpose = LABEL.purpose();
    streams.add(words(random, new MaskLabel(session, 3, 1, purpose), 64));
    streams.add(words(random, new MaskLabel(session, 4, 0, purpose), 64));
    streams.add(words(random, new MaskLabel(session, 0, 3, purpose), 64));
    streams.add(words(random, new MaskLabel(new SessionId(EPOCH, 8), 3, 0, purpose), 64));
    streams.add(words(random, new MaskLabel(new SessionId(7, EPOCH), 3, 0, purpose), 64));
    streams.add(words(random, new MaskLabel(SessionId.setup(EPOCH), 3, 0, purpose), 64));
    streams.add(words(KeyedRandom.derive(countingKey(1), SALT), LABEL, 64));
    streams.add(words(KeyedRandom.derive(countingKey(0), new byte[] {1}), LABEL, 64));

    // No word of any stream appears in another one at any offset: streams do not overlap.
    Set<Integer> seen = new HashSet<>();
    for (int[] stream : streams) {
      for (int word : stream) {
        assertTrue(seen.add(word), "word " + word + " appears twice");
      }
    }
  }

  /** What a seed gives is the masks of one session, bit for bit, and nothing else. */
  @Test
  void shouldRevealTheMasksOfOneSessionAlone() {
    SessionId session = LABEL.session();
    KeyedRandom revealed = KeyedRandom.ofSessionSeed(session, random.sessionSeed(session));

    for (Purpose purpose : Purpose.values()) {
      MaskLabel label = new MaskLabel(session, 3, 0, purpose);
      if (purpose == Purpose.INPUT_MASK || purpose == Purpose.ACTIVATION_MASK) {
        assertArrayEquals(words(random, label, 64), words(revealed, label, 64));
        for (SessionId other :
            List.of(new SessionId(EPOCH, 8), new SessionId(EPOCH + 1, 7), SessionId.setup(EPOCH))) {
          MaskLabel foreign = new MaskLabel(other, 3, 0, purpose);
          assertThrows(IllegalArgumentException.class, () -> words(revealed, foreign, 1));
        }
      } else {
        assertThrows(
            IllegalArgumentException.class, () -> words(revealed, label, 1), () -> "" + purpose);
      }
    }
    assertThrows(IllegalArgumentException.class, () -> revealed.sessionSeed(session));
    assertThrows(IllegalArgumentException.class, () -> random.sessionSeed(SessionId.setup(EPOCH)));
    assertThrows(
        IllegalArgumentException.class, () -> KeyedRandom.ofSessionSeed(session, new byte[31]));
    assertEquals("KeyedRandom[hidden]", revealed.toString());
  }

  @Test
  void shouldEncodeEveryFieldOfALabel() {
    Set<String> infos = new HashSet<>();
    for (long epoch : new long[] {0, 1, 1L << 56}) {
      for (long number : new long[] {-1, 0, 1, 1L << 56}) {
        for (int layer : new int[] {0, 1, 256}) {
          for (int step : new int[] {0, 1, 256}) {
            for (Purpose purpose : Purpose.values()) {
              SessionId session = new SessionId(epoch, number);
              byte[] info = new MaskLabel(session, layer, step, purpose).info();
              assertTrue(infos.add(Arrays.toString(info)));
            }
          }
        }
      }
    }
  }

  @Test
  @Timeout(60)
  void shouldGiveTheSameStreamsToManyThreads() {
    int[] expected = words(random, LABEL, 5000);

    boolean same =
        IntStream.range(0, 64)
            .parallel()
            .allMatch(i -> Arrays.equals(expected, words(random, LABEL, 5000)));

    assertTrue(same);
  }

  @Test
  void shouldKeepKeysOutOfText() {
    assertEquals("CorrelationKey[hidden]", countingKey(0).toString());
    assertEquals("KeyedRandom[hidden]", random.toString());
  }

  @Test
  void shouldCopyAKeysBytes() {
    byte[] bytes = new byte[32];
    CorrelationKey key = CorrelationKey.ofBytes(bytes);

    bytes[0] = 1;
    key.encoded()[1] = 1;

    assertArrayEquals(new byte[32], key.encoded());
    assertThrows(IllegalArgumentException.class, () -> CorrelationKey.ofBytes(new byte[31]));
  }

  @Test
  void shouldGenerateDistinctKeys() {
    SecureRandom source = new SecureRandom();

    byte[] first = CorrelationKey.generate(source).encoded();

    assertFalse(Arrays.equals(first, CorrelationKey.generate(source).encoded()));
  }

  /** The chance of a false alarm is that of {@link ByteUniformity} per array. */
  @Test
  void shouldGiveFreshWordsThatAreUniformAndNeverTheSame() {
    SecureRandom source = new SecureRandom();

    int[] first = KeyedRandom.fresh(50_000, source);
    int[] second = KeyedRandom.fresh(50_000, source);

    ByteUniformity.check("first", first);
    ByteUniformity.check("second", second);
    for (int i = 0; i < first.length; i++) {
      second[i] -= first[i];
    }
    ByteUniformity.check("difference", second);
    assertEquals(0, KeyedRandom.fresh(0, source).length);
  }

  private static int[] words(KeyedRandom random, MaskLabel label, int count) {
    int[] words = new int[count];
    random.fill(label, words);
    return words;
  }

  private static CorrelationKey countingKey(int first) {
    byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return CorrelationKey.ofBytes(bytes);
  }
}
