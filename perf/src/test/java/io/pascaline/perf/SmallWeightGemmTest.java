// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the candidates with the scalar kernel. */
class SmallWeightGemmTest {
  private static final int ROWS = 8;
  private static final int DEPTH = 700;
  private static final int COLUMNS = 301;

  private int[] right;
  private int[] output;

  @BeforeEach
  void drawUniformWords() {
    right = new SplittableRandom(7).ints((long) DEPTH * COLUMNS).toArray();
    Arrays.fill(right, 0, DEPTH * COLUMNS / 2, Integer.MIN_VALUE);
    output = new int[ROWS * COLUMNS];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12, 14, 16, 22})
  void shouldMultiplyExactlyInDoublePrecision(int bits) {
    int[] left = extremeWords(bits);

    new DoubleGemm(ROWS, DEPTH, COLUMNS, left).multiply(right, output);

    assertArrayEquals(expected(left), output);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 12, 14, 16})
  void shouldMultiplyExactlyInParts(int bits) {
    int[] left = extremeWords(bits);

    new ShortGemm(ROWS, DEPTH, COLUMNS, left).multiply(right, output);

    assertArrayEquals(expected(left), output);
  }

  /** Returns signed words of that many bits; the first rows have only the smallest word. */
  private static int[] extremeWords(int bits) {
    int bound = 1 << bits - 1;
    int[] words =
        new SplittableRandom(bits).ints((long) ROWS * DEPTH, -bound, Math.max(bound, 1)).toArray();
    Arrays.fill(words, 0, ROWS * DEPTH / 2, -bound);
    return words;
  }

  private int[] expected(int[] left) {
    Convolution2d map = new Convolution2d(DEPTH, 1, COLUMNS, ROWS, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    LinearKernel scalar = LinearKernels.scalar();
    int[] expected = new int[ROWS * COLUMNS];
    scalar.apply(scalar.pack(map, left), right, expected, WorkSplitter.sequential());
    return expected;
  }
}
