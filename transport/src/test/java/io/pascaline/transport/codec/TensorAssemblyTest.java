// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorAssemblyTest {
  private static final int CHUNK_WORDS = 300;
  private final WordArrays arrays = new WordArrays(FrameLimits.MAX_WORDS);
  private final TensorAssembly assembly = new TensorAssembly(FrameLimits.MAX_WORDS, arrays);

  @Test
  void shouldNotTakeMemoryForWhatIsOnlyAnnounced() throws MalformedFrame {
    assertNull(chunk(new int[1], 0, 0, FrameLimits.MAX_WORDS));

    assertEquals(TensorAssembly.FIRST_WORDS, assembly.heldWords());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldGrowWithWhatArrivesAndEndWithTheTensorAlone(long seed) throws MalformedFrame {
    SplittableRandom random = new SplittableRandom(seed);
    int total = random.nextInt(3 * TensorAssembly.FIRST_WORDS, 6 * TensorAssembly.FIRST_WORDS);
    int[] words = random.ints(total).toArray();
    int sent = 0;
    int[] whole = null;
    for (int index = 0; sent < total; index++) {
      int count = Math.min(total - sent, random.nextInt(1, CHUNK_WORDS));
      whole = chunk(Arrays.copyOfRange(words, sent, sent + count), index, sent, total);
      sent += count;
      int allowed = Math.max(TensorAssembly.FIRST_WORDS, 2 * sent);
      int held = assembly.heldWords();
      assertTrue(held <= allowed, () -> "seed " + seed + ": " + held + " words, not " + allowed);
    }
    assertArrayEquals(words, whole, "seed " + seed);
    assertEquals(0, assembly.heldWords());
  }

  @Test
  void shouldForgetWhatIsDropped() throws MalformedFrame {
    assertNull(chunk(new int[5], 0, 0, 10));

    assembly.drop();

    assertEquals(0, assembly.heldWords());
    MalformedFrame fault = assertThrows(MalformedFrame.class, () -> chunk(new int[5], 1, 5, 10));
    assertSame(FrameFault.OUT_OF_ORDER, fault.fault());
  }

  @Test
  void shouldTakeTheMemoryAtOnceFromATrustedSender() throws MalformedFrame {
    assembly.trustTotal();
    int total = 3 * TensorAssembly.FIRST_WORDS;

    assertNull(chunk(new int[1], 0, 0, total));

    assertEquals(total, assembly.heldWords());
  }

  /** Nothing of the tensor before is left in it. */
  @Test
  void shouldFillAnArrayThatWasGivenBack() throws MalformedFrame {
    int total = 2 * WordArrays.MIN_WORDS;
    int[] first = chunk(new SplittableRandom(1).ints(total).toArray(), 0, 0, total);
    arrays.giveBack(first);
    int[] words = new SplittableRandom(2).ints(total).toArray();

    assertNull(chunk(Arrays.copyOf(words, CHUNK_WORDS), 0, 0, total));
    int[] second = chunk(Arrays.copyOfRange(words, CHUNK_WORDS, total), 1, CHUNK_WORDS, total);

    assertSame(first, second);
    assertArrayEquals(words, second);
    assertNull(arrays.takeOrNull(total));
  }

  @Test
  void shouldKeepNoMoreThanTheBound() {
    WordArrays bounded = new WordArrays(3L * WordArrays.MIN_WORDS);
    bounded.giveBack(new int[2 * WordArrays.MIN_WORDS]);
    bounded.giveBack(new int[2 * WordArrays.MIN_WORDS]);
    bounded.giveBack(new int[WordArrays.MIN_WORDS - 1]);

    assertNotNull(bounded.takeOrNull(2 * WordArrays.MIN_WORDS));
    assertNull(bounded.takeOrNull(2 * WordArrays.MIN_WORDS));
    assertNull(bounded.takeOrNull(WordArrays.MIN_WORDS - 1));
  }

  private int[] chunk(int[] words, long index, long offsetWords, long totalWords)
      throws MalformedFrame {
    UnsafeBuffer frame = new UnsafeBuffer(new byte[words.length * Integer.BYTES]);
    Tensors.put(frame, 0, words, 0, words.length);
    ChunkHeader header = new ChunkHeader();
    header.setTensor(1, 2, 3, 4);
    header.setPosition(index, offsetWords, totalWords);
    return assembly.onChunk(header, frame, 0, words.length);
  }
}
