package io.pascaline.perf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FloatGemmTest {
  @Test
  void shouldMultiplySmallIntegersExactly() {
    final int rows = 37;
    final int depth = 50;
    final int columns = 12;
    final SplittableRandom random = new SplittableRandom(5);
    final float[] left = smallIntegers(random, rows * depth);
    final float[] right = smallIntegers(random, depth * columns);
    final float[] expected = new float[rows * columns];
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < depth; k++) {
        expected[i] += left[i / columns * depth + k] * right[k * columns + i % columns];
      }
    }

    final float[] output = new float[rows * columns];
    new FloatGemm(rows, depth, columns, left).multiply(right, output);

    assertArrayEquals(expected, output);
  }

  /** Sums of fifty products below 2^10 are exact in 24 bits, in any order. */
  private static float[] smallIntegers(SplittableRandom random, int count) {
    final float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-31, 32);
    }
    return values;
  }
}
