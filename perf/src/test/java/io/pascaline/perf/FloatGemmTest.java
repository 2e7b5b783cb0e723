// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FloatGemmTest {
  @Test
  void shouldMultiplySmallIntegersExactly() {
    int rows = 37;
    int depth = 50;
    int columns = 12;
    SplittableRandom random = new SplittableRandom(5);
    float[] left = smallIntegers(random, rows * depth);
    float[] right = smallIntegers(random, depth * columns);
    float[] expected = new float[rows * columns];
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < depth; k++) {
        expected[i] += left[i / columns * depth + k] * right[k * columns + i % columns];
      }
    }

    float[] output = new float[rows * columns];
    new FloatGemm(rows, depth, columns, left).multiply(right, output);

    assertArrayEquals(expected, output);
  }

  /** Sums of fifty products below 2^10 are exact in 24 bits, in any order. */
  private static float[] smallIntegers(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-31, 32);
    }
    return values;
  }
}
