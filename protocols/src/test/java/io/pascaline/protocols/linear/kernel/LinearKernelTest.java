// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinearKernelTest {
  private static final LinearKernel[] KERNELS = {LinearKernels.scalar(), LinearKernels.best()};

  static LongStream seeds() {
    return LongStream.range(1, 151);
  }

  static Stream<Convolution2d> chosenGeometries() {
    return Stream.of(
        Geometries.same3x3(1, 28, 28, 16),
        Geometries.same3x3(3, 32, 32, 16),
        Geometries.same3x3(16, 14, 14, 32),
        Geometries.same3x3(32, 7, 7, 64),
        Geometries.same3x3(64, 4, 4, 48),
        Geometries.same3x3(48, 13, 17, 64),
        Geometries.same3x3(33, 1, 1, 31),
        new Convolution2d(20, 9, 9, 40, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(576, 8, 16, 24, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(1153, 3, 23, 40, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(32, 14, 14, 64, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(3, 31, 29, 64, 7, 7, 2, 2, 3, 3, 3, 3, 1, 1, 1),
        new Convolution2d(8, 6, 5, 10, 6, 5, 1, 1, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(24, 15, 11, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 24),
        new Convolution2d(24, 15, 11, 48, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 24),
        new Convolution2d(64, 9, 9, 64, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 2),
        new Convolution2d(6, 5, 5, 4, 2, 2, 4, 3, 7, 6, 5, 8, 3, 2, 2));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldEqualDefinitionOnRandomConvolution(long seed) {
    SplittableRandom random = new SplittableRandom(seed);

    requireDefinition(Geometries.convolution(random), random, 1 + (int) (seed % 5));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chosenGeometries")
  void shouldEqualDefinitionOnChosenConvolution(Convolution2d map) {
    requireDefinition(map, new SplittableRandom(7), 1);
    requireDefinition(map, new SplittableRandom(8), 2);
    requireDefinition(map, new SplittableRandom(9), 5);
  }

  /** Every method, also where the kernel would choose another. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldEqualDefinitionWithEveryMethod(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Convolution2d any = Geometries.convolution(random);
    Convolution2d tiled = Geometries.tiled(random);
    int[] weights = Geometries.words(random, any.weightShape());
    int[] tiledWeights = Geometries.words(random, tiled.weightShape());
    Convolution2d product = Geometries.product(random);
    int[] productWeights = Geometries.words(random, product.weightShape());
    LinearKernel owner = LinearKernels.best();

    requireMethod(new PanelProduct(product, productWeights, owner), productWeights, random, seed);
    requireMethod(new PairedConvolution(any, weights, owner), weights, random, seed);
    requireMethod(new PlaneConvolution(any, weights, owner), weights, random, seed);
    requireMethod(new ToomConvolution(tiled, tiledWeights, owner), tiledWeights, random, seed);
  }

  static Stream<LinearMap> mapsWithoutPadding() {
    return Stream.of(
        Geometries.same3x3(32, 28, 28, 32),
        Geometries.same3x3(64, 7, 7, 64),
        new Convolution2d(64, 14, 14, 64, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1),
        new Convolution2d(32, 14, 14, 64, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1),
        new MatrixProduct(128, 64));
  }

  /** The heap after a collection grows by what a kernel says that packed weights take. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("mapsWithoutPadding")
  void shouldTakeTheMemoryThatItTells(LinearMap map) {
    int[] weights = Geometries.words(new SplittableRandom(31), map.weightShape());
    for (LinearKernel kernel : KERNELS) {
      int count = (int) (32_000_000 / kernel.packedBytes(map));
      kernel.pack(map, weights);
      PackedWeights[] packed = new PackedWeights[count];
      long before = usedBytes();
      for (int i = 0; i < count; i++) {
        packed[i] = kernel.pack(map, weights);
      }
      double each = (usedBytes() - before) / (double) packed.length;

      // One more word for each output of at least 32 inputs, tables of two words for each position,
      // objects, and noise of the heap.
      double told = kernel.packedBytes(map);
      int positions = map.outputShape().elementCount() / map.outputShape().dim(0);
      double more = told / 32 + 8 * positions + 2000;
      assertEquals(told + more / 2, each, more / 2 + 1_000_000.0 / count, kernel.toString());
      assertEquals(map, packed[count - 1].map());
    }
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void shouldEqualDefinitionWithManyTilesOnManyParts() {
    SplittableRandom random = new SplittableRandom(21);
    Convolution2d map = Geometries.same3x3(17, 44, 61, 33);
    int[] weights = Geometries.words(random, map.weightShape());

    for (int seed = 0; seed < 5; seed++) {
      PackedWeights packed = new ToomConvolution(map, weights, LinearKernels.best());
      requireMethod(packed, weights, random, seed);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldEqualDefinitionOnMatrixProduct(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MatrixProduct map = new MatrixProduct(random.nextInt(1, 200), random.nextInt(1, 40));

    requireDefinition(map, random, 1 + (int) (seed % 5));
  }

  @Test
  void shouldEqualDefinitionOnMatrixProductLargeEnoughToSplit() {
    requireDefinition(new MatrixProduct(1568, 1003), new SplittableRandom(3), 5);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldBeLinearInInputAndWeights(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Convolution2d map = Geometries.convolution(random);
    int[] weights = Geometries.words(random, map.weightShape());
    int[] otherWeights = Geometries.words(random, map.weightShape());
    int[] input = Geometries.words(random, map.inputShape());
    int[] otherInput = Geometries.words(random, map.inputShape());

    for (LinearKernel kernel : KERNELS) {
      int[] all = run(kernel, map, sum(weights, otherWeights), sum(input, otherInput), 1);
      int[] left = run(kernel, map, weights, sum(input, otherInput), 1);
      int[] right =
          sum(
              run(kernel, map, otherWeights, input, 1),
              run(kernel, map, otherWeights, otherInput, 1));
      assertArrayEquals(all, sum(left, right), () -> kernel + " seed " + seed + " " + map);
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldServeManyThreadsWithOnePackedConvolution() {
    SplittableRandom random = new SplittableRandom(11);
    Convolution2d map = Geometries.same3x3(32, 14, 14, 64);
    int[] weights = Geometries.words(random, map.weightShape());
    int[][] inputs = new int[16][];
    Arrays.setAll(inputs, i -> Geometries.words(random, map.inputShape()));

    for (LinearKernel kernel : KERNELS) {
      PackedWeights packed = kernel.pack(map, weights);
      // Waiting threads of this pool run each other's parts, so scratch is taken while in use.
      WorkSplitter splitter = new ParallelWork(3);
      int[][] outputs = new int[inputs.length][map.outputShape().elementCount()];
      splitter.run(
          inputs.length, part -> kernel.apply(packed, inputs[part], outputs[part], splitter));
      for (int i = 0; i < inputs.length; i++) {
        assertArrayEquals(NaiveLinear.apply(map, weights, inputs[i]), outputs[i]);
      }
    }
  }

  @Test
  void shouldRefuseArraysOfWrongLength() {
    MatrixProduct map = new MatrixProduct(3, 2);
    WorkSplitter splitter = WorkSplitter.sequential();

    for (LinearKernel kernel : KERNELS) {
      PackedWeights packed = kernel.pack(map, new int[6]);
      requireRefusal("weights has 5 words, must have 6", () -> kernel.pack(map, new int[5]));
      requireRefusal(
          "input has 4 words, must have 3",
          () -> kernel.apply(packed, new int[4], new int[2], splitter));
      requireRefusal(
          "output has 1 words, must have 2",
          () -> kernel.apply(packed, new int[3], new int[1], splitter));
    }
  }

  @Test
  void shouldRefuseOutputInPlaceOfInput() {
    MatrixProduct map = new MatrixProduct(2, 2);
    int[] both = new int[2];

    for (LinearKernel kernel : KERNELS) {
      PackedWeights packed = kernel.pack(map, new int[4]);
      requireRefusal(
          "output is the input", () -> kernel.apply(packed, both, both, WorkSplitter.sequential()));
    }
  }

  @Test
  void shouldRefuseWeightsOfAnotherKernel() {
    MatrixProduct map = new MatrixProduct(2, 2);
    PackedWeights packed = LinearKernels.best().pack(map, new int[4]);
    assertNotSame(LinearKernels.best(), LinearKernels.scalar());

    requireRefusal(
        "packed by another kernel",
        () ->
            LinearKernels.scalar()
                .apply(packed, new int[2], new int[2], WorkSplitter.sequential()));
  }

  @Test
  void shouldNotPrintWeights() {
    int[] weights = {1234567, 1234567, 1234567, 1234567};

    for (LinearKernel kernel : KERNELS) {
      String text = kernel.pack(new MatrixProduct(2, 2), weights).toString();
      assertFalse(text.contains("1234567"), text);
      assertEquals("PackedWeights[MatrixProduct[inputCount=2, outputCount=2]]", text);
    }
  }

  @Test
  void shouldNotKeepCallersWeights() {
    int[] weights = {3};

    for (LinearKernel kernel : KERNELS) {
      weights[0] = 3;
      PackedWeights packed = kernel.pack(new MatrixProduct(1, 1), weights);
      weights[0] = 4;
      int[] output = new int[1];
      kernel.apply(packed, new int[] {5}, output, WorkSplitter.sequential());
      assertEquals(15, output[0]);
    }
  }

  private static void requireDefinition(LinearMap map, SplittableRandom random, int width) {
    int[] weights = Geometries.words(random, map.weightShape());
    int[] input = Geometries.words(random, map.inputShape());
    int[] expected = NaiveLinear.apply(map, weights, input);

    for (LinearKernel kernel : KERNELS) {
      int[] inputBefore = input.clone();
      assertArrayEquals(
          expected, run(kernel, map, weights, input, width), () -> kernel + " on " + map);
      assertArrayEquals(inputBefore, input, () -> kernel + " wrote its input, " + map);
    }
  }

  private static void requireMethod(
      PackedWeights packed, int[] weights, SplittableRandom random, long seed) {
    LinearMap map = packed.map();
    int[] input = Geometries.words(random, map.inputShape());
    int[] output = new int[map.outputShape().elementCount()];
    Arrays.fill(output, 0x5A5A5A5A);

    LinearKernels.best().apply(packed, input, output, new ShuffledWork(1 + (int) (seed % 5)));

    assertArrayEquals(
        NaiveLinear.apply(map, weights, input),
        output,
        () -> packed.getClass().getSimpleName() + " seed " + seed + " on " + map);
  }

  private static int[] run(
      LinearKernel kernel, LinearMap map, int[] weights, int[] input, int width) {
    int[] output = new int[map.outputShape().elementCount()];
    Arrays.fill(output, 0x5A5A5A5A);
    kernel.apply(kernel.pack(map, weights), input, output, new ShuffledWork(width));
    return output;
  }

  private static int[] sum(int[] left, int[] right) {
    int[] sum = new int[left.length];
    Arrays.setAll(sum, i -> left[i] + right[i]);
    return sum;
  }

  private static void requireRefusal(String message, Runnable action) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, action::run);
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }
}
