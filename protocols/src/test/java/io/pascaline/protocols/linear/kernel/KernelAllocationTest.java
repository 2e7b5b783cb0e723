// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.protocols.AllocatedBytes;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * No vector escapes, neither from an inner loop nor from the stores after it: a call allocates a
 * few objects, as methods keep their arrays for each thread. One vector for each vector of outputs
 * would be at least the bytes of the output.
 */
class KernelAllocationTest {
  /** Lambdas, offsets and the like; the smallest output of a convolution has 8 KiB. */
  private static final long MAX_BYTES = 2048;

  /** One map for each method; see the package. */
  private static final List<LinearMap> MAPS =
      List.of(
          new MatrixProduct(256, 300),
          convolution(16, 16, 32, 1, 1, 1),
          convolution(32, 16, 32, 3, 1, 1),
          convolution(16, 16, 32, 3, 2, 1),
          convolution(32, 16, 32, 3, 1, 32));

  /** Depthwise ones are in plain Java for double words, and have an array of sums. */
  private static final List<LinearMap> DOUBLE_WORD_MAPS = MAPS.subList(0, 4);

  private static Convolution2d convolution(
      int inputs, int side, int outputs, int kernel, int stride, int groups) {
    int pad = kernel / 2;
    return new Convolution2d(
        inputs, side, side, outputs, kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1,
        groups);
  }

  @Test
  void shouldAllocateNoVector() throws Exception {
    List<String> expected = Collections.nCopies(MAPS.size() + DOUBLE_WORD_MAPS.size(), "no vector");
    assertEquals(expected, AllocatedBytes.linesOf(Calls.class));
  }

  /** What the other JVM runs. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] arguments) {
      MAPS.forEach(Calls::words);
      DOUBLE_WORD_MAPS.forEach(Calls::doubleWords);
    }

    private static void words(LinearMap map) {
      SplittableRandom random = new SplittableRandom(1);
      LinearKernel kernel = LinearKernels.best();
      int[] weights = random.ints(map.weightShape().elementCount()).toArray();
      PackedWeights packed = kernel.pack(map, weights);
      int[] input = random.ints(map.inputShape().elementCount()).toArray();
      int[] output = new int[map.outputShape().elementCount()];
      report(map, () -> kernel.apply(packed, input, output, WorkSplitter.sequential()));
    }

    private static void doubleWords(LinearMap map) {
      SplittableRandom random = new SplittableRandom(2);
      long[] weights = random.longs(map.weightShape().elementCount()).toArray();
      DoubleWordLinear linear = LinearKernels.doubleWord(map, weights);
      long[] input = random.longs(map.inputShape().elementCount()).toArray();
      long[] output = new long[map.outputShape().elementCount()];
      report(map, () -> linear.apply(input, output, WorkSplitter.sequential()));
    }

    private static void report(LinearMap map, Runnable call) {
      long bytes = AllocatedBytes.perCall(call, MAX_BYTES);
      System.out.println(bytes <= MAX_BYTES ? "no vector" : bytes + " bytes per call of " + map);
    }
  }
}
