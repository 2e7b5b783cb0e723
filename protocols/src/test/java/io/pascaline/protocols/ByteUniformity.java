// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Chi-square test that the bytes of words are uniform: 255 degrees of freedom for each of the four
 * byte positions.
 */
public final class ByteUniformity {
  /**
   * Standard normal quantile of probability 1 - 10^-9: what true uniformity exceeds once in 10^9
   * tests, and as rarely stays below its mirror image.
   */
  private static final double NORMAL_QUANTILE = 5.9978;

  private static final int DEGREES_OF_FREEDOM = 255;

  private ByteUniformity() {}

  /** Fails if the bytes of {@code words}, at least 2000 of them, are not uniform. */
  public static void check(String name, int[] words) {
    assertTrue(words.length >= 2000, "too few words for the approximation: " + words.length);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      double statistic = statistic(words, shift);
      String text = name + ", byte at bit " + shift + ": chi-square " + statistic;
      assertTrue(statistic < quantile(NORMAL_QUANTILE), text);
      assertTrue(statistic > quantile(-NORMAL_QUANTILE), text);
    }
  }

  private static double statistic(int[] words, int shift) {
    long[] counts = new long[256];
    for (int word : words) {
      counts[word >>> shift & 0xFF]++;
    }
    double expected = words.length / 256.0;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  /** E. B. Wilson and M. M. Hilferty, "The Distribution of Chi-Square", 1931. */
  private static double quantile(double normalQuantile) {
    double ninth = 2.0 / (9 * DEGREES_OF_FREEDOM);
    return DEGREES_OF_FREEDOM * Math.pow(1 - ninth + normalQuantile * Math.sqrt(ninth), 3);
  }
}
