// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.protocols.AllocatedBytes;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No vector escapes, neither from an inner loop nor from the stores after it: a call allocates a
 * few objects, as methods keep their arrays for each thread. One vector for each vector of outputs
 * would be at least the bytes of the output.
 */
class KernelAllocationTest {
  /** Lambdas, offsets and the like; the smallest output of a convolution has 8 KiB. */
  private static final long MAX_BYTES = 2048;

  /** One map for each method; see the package. */
  static Stream<LinearMap> maps() {
    return Stream.of(
        new MatrixProduct(256, 300),
        convolution(16, 16, 32, 1, 1, 1),
        convolution(32, 16, 32, 3, 1, 1),
        convolution(16, 16, 32, 3, 2, 1),
        convolution(32, 16, 32, 3, 1, 32));
  }

  private static Convolution2d convolution(
      int inputs, int side, int outputs, int kernel, int stride, int groups) {
    int pad = kernel / 2;
    return new Convolution2d(
        inputs, side, side, outputs, kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1,
        groups);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldAllocateNoVector(LinearMap map) {
    SplittableRandom random = new SplittableRandom(1);
    LinearKernel kernel = LinearKernels.best();
    int[] weights = random.ints(map.weightShape().elementCount()).toArray();
    PackedWeights packed = kernel.pack(map, weights);
    int[] input = random.ints(map.inputShape().elementCount()).toArray();
    int[] output = new int[map.outputShape().elementCount()];

    check(() -> kernel.apply(packed, input, output, WorkSplitter.sequential()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldAllocateNoVectorForDoubleWords(LinearMap map) {
    // Depthwise ones are in plain Java and have an array of sums.
    assumeTrue(!(map instanceof Convolution2d convolution) || convolution.groups() == 1);
    SplittableRandom random = new SplittableRandom(2);
    long[] weights = random.longs(map.weightShape().elementCount()).toArray();
    DoubleWordLinear linear = LinearKernels.doubleWord(map, weights);
    long[] input = random.longs(map.inputShape().elementCount()).toArray();
    long[] output = new long[map.outputShape().elementCount()];

    check(() -> linear.apply(input, output, WorkSplitter.sequential()));
  }

  private static void check(Runnable call) {
    long bytes = AllocatedBytes.perCall(call, MAX_BYTES);
    assertTrue(bytes <= MAX_BYTES, bytes + " bytes per call");
  }
}
