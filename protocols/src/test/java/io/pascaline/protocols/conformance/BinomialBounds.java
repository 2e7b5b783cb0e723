// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

/**
 * Counts that a binomial variable exceeds, or stays below, with probability 10^-9 at most: the
 * Chernoff bound P(X &gt;= k) &lt;= exp(-n D(k/n || p)) with the relative entropy D (W. Hoeffding,
 * "Probability Inequalities for Sums of Bounded Random Variables", 1963, theorem 1).
 */
final class BinomialBounds {
  private static final double LOG_PROBABILITY = Math.log(1e-9);

  private BinomialBounds() {}

  /** Returns the largest count that is not too rare from above. */
  static long upper(long trials, double probability) {
    if (probability == 0) {
      return 0;
    }
    long low = (long) Math.floor(trials * probability);
    long high = trials;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (logTail(trials, probability, middle) >= LOG_PROBABILITY) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Returns the smallest count that is not too rare from below. */
  static long lower(long trials, double probability) {
    return trials - upper(trials, 1 - probability);
  }

  private static double logTail(long trials, double p, long count) {
    double q = (double) count / trials;
    if (q <= p) {
      return 0;
    }
    double first = q * Math.log(q / p);
    double second = q >= 1 ? 0 : (1 - q) * Math.log((1 - q) / (1 - p));
    return -trials * (first + second);
  }
}
