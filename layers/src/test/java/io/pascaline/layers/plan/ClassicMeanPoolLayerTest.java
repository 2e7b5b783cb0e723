// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.share.DoubleWordShare;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassicMeanPoolLayerTest {
  private static final int BITS = 16;
  private static final double BOUND = 8;

  @ParameterizedTest(name = "{0}x{1}")
  @CsvSource({"2, 2", "3, 3", "7, 7", "1, 1", "5, 2"})
  void shouldGiveTheMeanWithinItsBound(int kernelHeight, int kernelWidth) {
    long seed = 31L * kernelHeight + kernelWidth;
    SplittableRandom random = new SplittableRandom(seed);
    ClassicMeanPoolLayer pool = pool(kernelHeight, kernelWidth, BOUND);
    long[] input = new long[pool.inputShape().elementCount()];
    double[] means = new double[pool.outputShape().elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = random.nextLong(-(8L << BITS), 8L << BITS);
    }
    pool.window().forEachTap((from, to) -> means[to] += (double) input[from]);

    long[] shared = reconstruct(pool, input, random);
    long[] clear = pool.plaintext(input);

    for (int i = 0; i < means.length; i++) {
      double mean = means[i] / (kernelHeight * kernelWidth);
      assertTrue(Math.abs(shared[i] - mean) <= pool.errorBoundUlps(), "seed " + seed);
      assertTrue(Math.abs(clear[i] - mean) <= pool.errorBoundUlps(), "seed " + seed);
    }
    assertTrue(pool.errorBoundUlps() <= 1 + BOUND / 2);
    assertTrue(pool.failureProbability() < 0x1p-20);
  }

  @Test
  void shouldBeExactWhereThereIsNothingToDivide() {
    ClassicMeanPoolLayer pool = pool(1, 1, BOUND);
    long[] input = new SplittableRandom(1).longs(pool.inputShape().elementCount()).toArray();

    assertArrayEquals(input, reconstruct(pool, input, new SplittableRandom(2)));
    assertEquals(0, pool.errorBoundUlps());
    assertEquals(0, pool.failureProbability());
  }

  /**
   * A large bound makes wraps frequent enough to count: with shares that are uniform, or that were
   * cut before. The count stays below the bound's mean and six standard deviations.
   */
  @ParameterizedTest(name = "{0}x{0}, inputs cut: {1}")
  @CsvSource({"2, false", "2, true", "3, false", "3, true"})
  void shouldWrapAsRarelyAsItSays(int kernel, boolean cutBefore) {
    SplittableRandom random = new SplittableRandom(kernel);
    // Products up to 2^58: a wrap in 64 elements, or at most 32 where the reciprocal is no 1.
    int log2 = kernel == 2 ? 2 : 20;
    double bound = Math.scalb(1.0, 58 - BITS - log2);
    ClassicMeanPoolLayer pool = pool(kernel, kernel, bound);
    long value = (long) Math.scalb(bound, BITS) - 1;
    int wraps = 0;
    int runs = 200;
    for (int run = 0; run < runs; run++) {
      long[] input = new long[pool.inputShape().elementCount()];
      Arrays.fill(input, value);
      long[] actual =
          cutBefore ? cutAndReconstruct(pool, input, random) : reconstruct(pool, input, random);
      long[] expected = pool.plaintext(input);
      for (int i = 0; i < actual.length; i++) {
        wraps += Math.abs(actual[i] - expected[i]) > 1 << 20 ? 1 : 0;
      }
    }
    double mean = runs * pool.failureProbability();
    assertTrue(pool.failureProbability() < 1, "the bound must mean something");
    assertTrue(wraps <= mean + 6 * Math.sqrt(mean), wraps + " wraps, at most " + mean);
    if (!cutBefore) {
      assertTrue(wraps > 0, "the probability must be no fiction");
    }
  }

  @Test
  void shouldRefuseWhatLeavesTheRing() {
    assertThrows(IllegalArgumentException.class, () -> pool(3, 3, 0x1p40));
    assertThrows(IllegalArgumentException.class, () -> pool(3, 3, Double.NaN));
    ClassicMeanPoolLayer pool = pool(2, 2, 1);
    assertThrows(IllegalArgumentException.class, () -> pool.apply(0));
  }

  private static ClassicMeanPoolLayer pool(int kernelHeight, int kernelWidth, double bound) {
    PoolWindow window =
        new PoolWindow(
            1,
            2 * kernelHeight,
            2 * kernelWidth,
            kernelHeight,
            kernelWidth,
            kernelHeight,
            kernelWidth,
            0,
            0,
            0,
            0);
    return new ClassicMeanPoolLayer(0, "pool", List.of(-1), window, BITS, bound);
  }

  private static long[] reconstruct(
      ClassicMeanPoolLayer pool, long[] input, SplittableRandom random) {
    long[] first = random.longs(input.length).toArray();
    return sum(pool, first, difference(input, first));
  }

  /** First shares as short as a cut of 16 bits leaves them. */
  private static long[] cutAndReconstruct(
      ClassicMeanPoolLayer pool, long[] input, SplittableRandom random) {
    long[] first = random.longs(input.length).map(share -> share >> BITS).toArray();
    return sum(pool, first, difference(input, first));
  }

  private static long[] difference(long[] values, long[] less) {
    long[] difference = new long[values.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = values[i] - less[i];
    }
    return difference;
  }

  private static long[] sum(ClassicMeanPoolLayer pool, long[] first, long[] second) {
    long[] sum = applied(pool, 0, first);
    long[] other = applied(pool, 1, second);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  private static long[] applied(ClassicMeanPoolLayer pool, int partyId, long[] share) {
    DoubleWordShare input = DoubleWordShare.of(pool.inputShape(), share);
    return ((DoubleWordShare) pool.apply(partyId, input)).doubleWords();
  }
}
