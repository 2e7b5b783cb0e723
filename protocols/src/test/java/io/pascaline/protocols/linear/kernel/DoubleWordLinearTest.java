// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoubleWordLinearTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void shouldEqualTheDefinition(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LinearMap[] maps = {
      Geometries.convolution(random),
      Geometries.same3x3(3, 21, 23, 5),
      // The first tap of every row reads nothing but padding.
      new Convolution2d(2, 9, 1, 5, 1, 3, 1, 1, 0, 3, 0, 0, 1, 1, 1),
      Geometries.product(random),
      Geometries.tiled(random),
      Geometries.same3x3(random.nextInt(80, 100), 2, 2, random.nextInt(4, 20)),
      new MatrixProduct(random.nextInt(1, 70), random.nextInt(1, 20))
    };
    for (LinearMap map : maps) {
      long[] weights = random.longs(map.weightShape().elementCount()).toArray();
      long[] input = random.longs(map.inputShape().elementCount()).toArray();
      long[] alone = random.longs(map.outputShape().elementCount()).toArray();
      long[] split = alone.clone();

      long[] plain = alone.clone();

      DoubleWordLinear linear = LinearKernels.doubleWord(map, weights);
      linear.apply(input, alone, WorkSplitter.sequential());
      linear.apply(input, split, ParallelSplitter.INSTANCE);
      LinearKernels.scalarDoubleWord(map, weights).apply(input, plain, ParallelSplitter.INSTANCE);

      long[] expected = naive(map, weights, input);
      assertArrayEquals(expected, alone, "seed " + seed + ", " + map);
      assertArrayEquals(expected, split, "seed " + seed + ", " + map);
      assertArrayEquals(expected, plain, "seed " + seed + ", " + map);
    }
  }

  private static long[] naive(LinearMap map, long[] weights, long[] input) {
    long[] output = new long[map.outputShape().elementCount()];
    if (map instanceof MatrixProduct product) {
      for (int i = 0; i < weights.length; i++) {
        output[i / product.inputCount()] += weights[i] * input[i % product.inputCount()];
      }
      return output;
    }
    Convolution2d c = (Convolution2d) map;
    int groupInputs = c.inputChannels() / c.groups();
    int groupOutputs = c.outputChannels() / c.groups();
    int taps = c.kernelHeight() * c.kernelWidth();
    for (int at = 0; at < output.length; at++) {
      int m = at / (c.outputHeight() * c.outputWidth());
      int y = at / c.outputWidth() % c.outputHeight() * c.strideHeight() - c.padTop();
      int x = at % c.outputWidth() * c.strideWidth() - c.padLeft();
      for (int tap = 0; tap < groupInputs * taps; tap++) {
        int row = y + tap % taps / c.kernelWidth() * c.dilationHeight();
        int column = x + tap % c.kernelWidth() * c.dilationWidth();
        if (row >= 0 && row < c.inputHeight() && column >= 0 && column < c.inputWidth()) {
          int channel = m / groupOutputs * groupInputs + tap / taps;
          long value = input[(channel * c.inputHeight() + row) * c.inputWidth() + column];
          output[at] += weights[m * groupInputs * taps + tap] * value;
        }
      }
    }
    return output;
  }

  @Test
  void shouldRefuseArraysOfTheWrongLengthAndPrintNoWeight() {
    MatrixProduct map = new MatrixProduct(2, 2);
    DoubleWordLinear linear = LinearKernels.doubleWord(map, new long[] {77, 77, 77, 77});
    WorkSplitter alone = WorkSplitter.sequential();
    long[] two = new long[2];

    assertThrows(IllegalArgumentException.class, () -> LinearKernels.doubleWord(map, two));
    assertThrows(
        IllegalArgumentException.class, () -> linear.apply(new long[3], new long[2], alone));
    assertThrows(
        IllegalArgumentException.class, () -> linear.apply(new long[2], new long[3], alone));
    assertThrows(IllegalArgumentException.class, () -> linear.apply(two, two, alone));
    assertEquals(map, linear.map());
    assertEquals("DoubleWordLinear[" + map + "]", linear.toString());
  }
}
