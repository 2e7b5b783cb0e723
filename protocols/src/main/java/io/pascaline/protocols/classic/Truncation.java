// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

/**
 * Local truncation of shared 64-bit elements: each party shifts its own share, signed, and P0 adds
 * one unit, so that rounding favours no side.
 *
 * <p>If the shares, read as signed integers, add up to the value v without a wrap, the result r
 * satisfies |r - v / 2^s| &lt;= 1. If they wrap, it is off by 2^(64-s). When one share is uniform,
 * they wrap for at most |v| + 1 of its 2^64 values. Shares that earlier truncations made short do
 * not wrap at all.
 *
 * <p>Rounds: 0. Source: P. Mohassel and Y. Zhang, "SecureML", IEEE S&amp;P 2017, theorem 1, with a
 * signed shift, under which shares truncated twice keep the probability.
 */
public final class Truncation {
  /** The largest error in units of the last place, without a wrap. */
  public static final double ERROR_BOUND_ULPS = 1;

  private static final double RING = 0x1.0p64;

  private Truncation() {}

  /**
   * Drops {@code bits} low bits of every element of a share, in place.
   *
   * @param bits 0 to 63
   */
  public static void truncate(int partyId, long[] share, int bits) {
    long unit = unit(partyId, bits);
    for (int i = 0; i < share.length; i++) {
      share[i] = (share[i] >> bits) + unit;
    }
  }

  /** Returns what this party adds after its shift. */
  static long unit(int partyId, int bits) {
    return partyId == 0 && bits > 0 ? 1 : 0;
  }

  /**
   * Returns the probability, at most, that any of {@code elementCount} elements wraps.
   *
   * @param elementCount truncated elements, with one uniform share each
   * @param bound of the magnitude of the values before truncation, as integers
   */
  public static double failureProbability(long elementCount, double bound) {
    return Math.min(1, elementCount * ((bound + 1) / RING));
  }

  /**
   * Returns the probability, at most, that the sum of products of public factors with truncated
   * shares wraps when it is truncated itself: such a share is uniform over an interval only.
   *
   * <p>For one factor a whose share is uniform over 2^(64-s) values, given all other terms, the
   * product takes multiples of a over a range of L = |a| 2^(64-s). Modulo 2^64 that covers every
   * interval of length w at most (L / 2^64 + 1) times, and each time with w / |a| + 1 values. So
   * the probability is at most (1 / 2^64 + 1 / L) (w + |a|).
   *
   * @param factor a, not 0
   * @param bits s
   * @param bound w, of the magnitude of the sum, plus 1
   */
  static double combinedFailureProbability(double factor, int bits, double bound) {
    double magnitude = Math.abs(factor);
    return (1 / RING + 1 / Math.scalb(magnitude, 64 - bits)) * (bound + 1 + magnitude);
  }
}
