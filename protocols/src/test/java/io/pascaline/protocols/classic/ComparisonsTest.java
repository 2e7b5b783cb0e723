// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.math.BigInteger;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonsTest {
  static Stream<PoolWindow> windows() {
    return Stream.of(
        new PoolWindow(1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0),
        new PoolWindow(3, 4, 6, 2, 2, 2, 2, 0, 0, 0, 0),
        new PoolWindow(2, 7, 9, 3, 3, 2, 2, 1, 1, 1, 1),
        new PoolWindow(2, 5, 5, 3, 2, 1, 3, 2, 0, 0, 1),
        new PoolWindow(1, 8, 8, 8, 8, 1, 1, 0, 0, 0, 0));
  }

  /** Taking the exact maximum of pairs in plaintext, the tree gives the maximum of each window. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("windows")
  void shouldReduceEveryWindowToItsMaximum(PoolWindow window) {
    ExactMaxPool pool = new ExactMaxPool(4, window);
    long[] input =
        new SplittableRandom(8).longs(window.inputShape().elementCount(), -999, 999).toArray();
    long[] values = pool.reduction().begin(input);
    for (int stage = 0; stage < pool.stageCount(); stage++) {
      long[] compared = pool.reduction().compared(stage, values);
      assertEquals(pool.comparisonCount(stage), compared.length);
      for (int i = 0; i < compared.length; i++) {
        compared[i] = Math.max(0, compared[i]);
      }
      values = pool.reduction().next(stage, values, compared);
    }

    assertArrayEquals(naive(window, input), values);
    assertArrayEquals(naive(window, input), pool.plaintext(input));
  }

  private static long[] naive(PoolWindow w, long[] input) {
    Shape out = w.outputShape();
    long[] maxima = new long[out.elementCount()];
    for (int i = 0; i < maxima.length; i++) {
      int channel = i / (out.dim(1) * out.dim(2));
      int top = i / out.dim(2) % out.dim(1) * w.strideHeight() - w.padTop();
      int left = i % out.dim(2) * w.strideWidth() - w.padLeft();
      maxima[i] = Long.MIN_VALUE;
      for (int row = top; row < top + w.kernelHeight(); row++) {
        for (int column = left; column < left + w.kernelWidth(); column++) {
          if (row >= 0 && row < w.inputHeight() && column >= 0 && column < w.inputWidth()) {
            int at = (channel * w.inputHeight() + row) * w.inputWidth() + column;
            maxima[i] = Math.max(maxima[i], input[at]);
          }
        }
      }
    }
    return maxima;
  }

  /** Two bits per level above the last, of 64 bits; a double word and a bit for the product. */
  @Test
  void shouldStateItsCosts() {
    ExactRelu relu = new ExactRelu(0, Shape.of(64));
    assertEquals(8, relu.roundCount());
    assertEquals((64 + 3 * (32 + 16 + 8 + 4 + 2) + 2 + 64 + 1) / 8.0, relu.onlineBytesPerElement());
    assertEquals(
        (64 + 2 * (32 + 16 + 8 + 4 + 2) + 1 + 2 * 64) / 8.0, relu.correctionBytesPerElement());
    assertEquals(0, relu.errorBoundUlps());
    assertEquals(0, relu.failureProbability());

    PoolWindow nine = new PoolWindow(32, 18, 18, 3, 3, 3, 3, 0, 0, 0, 0);
    ExactMaxPool pool = new ExactMaxPool(0, nine);
    // Nine, five, three, two, one.
    assertEquals(4 * 8, pool.roundCount());
    assertEquals(8 * relu.onlineBytesPerElement(), pool.onlineBytesPerElement());
    assertEquals(8 * relu.correctionBytesPerElement(), pool.correctionBytesPerElement());
  }

  @ParameterizedTest(name = "{0} words")
  @ValueSource(ints = {1, 2, 7, 64})
  void shouldTakeEverySecondBitOfAStream(int wordCount) {
    int[] stream = new SplittableRandom(wordCount).ints(wordCount).toArray();
    for (int odd = 0; odd < 2; odd++) {
      BigInteger bits = BigInteger.ZERO;
      for (int i = 0; i < 16 * wordCount; i++) {
        if (BitStream.bit(stream, 2 * i + odd) == 1) {
          bits = bits.setBit(i);
        }
      }

      int[] half = BitStream.half(stream, odd);

      assertEquals((wordCount + 1) / 2, half.length);
      for (int i = 0; i < 32 * half.length; i++) {
        assertEquals(bits.testBit(i) ? 1 : 0, BitStream.bit(half, i), "bit " + i);
      }
    }
  }

  @Test
  void shouldMoveBitsOfDoubleWordsUpAndTakeTheirSigns() {
    long[] values = {Long.MIN_VALUE, -1, 5, Long.MAX_VALUE};

    int[] stream = BitStream.movedUp(values);

    assertArrayEquals(new int[] {0, 0, -2, -1, 10, 0, -2, -1}, stream);
    assertArrayEquals(new int[] {0b0011}, BitStream.signs(values));
  }

  @Test
  void shouldRefuseWhatCannotBeComputed() {
    assertThrows(IllegalArgumentException.class, () -> new ExactRelu(-1, Shape.of(2)));
    assertThrows(IllegalArgumentException.class, () -> new ExactRelu(0, Shape.of(1 << 29)));
    assertThrows(
        IllegalArgumentException.class, () -> new PoolWindow(1, 4, 4, 2, 2, 2, 2, 2, 0, 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new PoolWindow(1, 4, 4, 5, 2, 2, 2, 0, 0, 0, 0));
    PoolWindow large = new PoolWindow(4096, 256, 256, 2, 2, 2, 2, 0, 0, 0, 0);
    assertThrows(IllegalArgumentException.class, () -> new ExactMaxPool(0, large));
  }
}
