// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TruncationTest {
  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {0, 1, 8, 16, 40})
  void shouldStayWithinAUnitAndFavourNoSide(int bits) {
    SplittableRandom random = new SplittableRandom(bits);
    int count = 100_000;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      // 2^-10 of the values that wrap at all would wrap: |v| < 2^42 of 2^64.
      long value = random.nextLong(-(1L << 42), 1L << 42);
      long first = random.nextLong();
      double error = truncated(first, value - first, bits) - value * Math.scalb(1.0, -bits);
      assertTrue(Math.abs(error) <= Truncation.ERROR_BOUND_ULPS, "value " + i + ": " + error);
      sum += error;
    }
    // One error has variance at most 1/4; the mean's bias is 2^-bits, as rounding takes no halves.
    double bias = bits == 0 ? 0 : Math.scalb(1.0, -bits);
    assertEquals(0, sum / count, 6 * 0.5 / Math.sqrt(count) + bias);
  }

  /** In a ring this large only chosen shares show it: those next to the end of the signed range. */
  @ParameterizedTest(name = "value {0}")
  @ValueSource(longs = {1000, 1, 0, -1, -1000})
  void shouldWrapForAsManySharesAsStated(long value) {
    int wraps = 0;
    for (long offset = -2000; offset < 2000; offset++) {
      long first = Long.MIN_VALUE + offset;
      double error = truncated(first, value - first, 8) - value / 256.0;
      if (Math.abs(error) > Truncation.ERROR_BOUND_ULPS) {
        wraps++;
        assertEquals(0x1p56, Math.abs(error), 2);
      }
    }
    assertTrue(wraps <= Math.abs(value) + 1, "wraps " + wraps);
    assertTrue(wraps >= Math.abs(value) - 1, "wraps " + wraps);
  }

  @Test
  void shouldNotWrapSharesThatWereTruncatedBefore() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong(-(1L << 30), 1L << 30);
      long first = random.nextLong() >> 16;
      double error = truncated(first, value - first, 12) - value / 4096.0;
      assertTrue(Math.abs(error) <= Truncation.ERROR_BOUND_ULPS, "value " + i + ": " + error);
    }
  }

  @Test
  void shouldStateTheProbabilityOfALayer() {
    assertEquals(1000 * (0x1p40 + 1) / 0x1p64, Truncation.failureProbability(1000, 0x1p40));
    assertEquals(1, Truncation.failureProbability(1 << 20, 0x1p60));
  }

  private static long truncated(long first, long second, int bits) {
    long[] p0 = {first};
    long[] p1 = {second};
    Truncation.truncate(0, p0, bits);
    Truncation.truncate(1, p1, bits);
    return p0[0] + p1[0];
  }
}
