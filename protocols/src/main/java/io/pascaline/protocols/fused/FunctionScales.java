// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

/**
 * The fixed-point scales of a {@link FusedFunction}, T = fx + 32 bits in all. Its terms have the
 * numbers j = 1..n: F_j bits belong to the secret terms of term j, and T - F_j to their public
 * factors. Number 0 is the public number that P0 adds; it has all T bits. Immutable.
 */
abstract sealed class FunctionScales permits TermScales, HarmonicScales {
  /** Bits below the last place of the output, truncated from the shares. */
  private static final int TRUNCATED_BITS = 32;

  /** Covers the rounding of an error bound itself, fewer than 2^10 operations. */
  private static final double OWN_ROUNDING = 1 + 0x1.0p-42;

  /** Keeps F_j finite where a factor is zero. */
  private static final double SMALLEST_FACTOR = 1e-3;

  final int inputFractionBits;
  final int totalBits;
  private final int[] secretFractionBits;

  /**
   * Creates the scales.
   *
   * @param secretFractionBits F_1 to F_n; taken over
   * @param termCount n
   * @throws IllegalArgumentException if an F_j is not 0 to T, or there is another number of them
   */
  FunctionScales(
      int inputFractionBits, int outputFractionBits, int[] secretFractionBits, int termCount) {
    this.inputFractionBits = inputFractionBits;
    this.totalBits = totalBits(outputFractionBits);
    this.secretFractionBits = secretFractionBits;
    if (secretFractionBits.length != termCount) {
      throw new IllegalArgumentException(
          "secretFractionBits has "
              + secretFractionBits.length
              + " entries for "
              + termCount
              + " terms");
    }
    for (int j = 1; j <= termCount; j++) {
      requireSecretFractionBits(j, 0);
    }
  }

  /**
   * Checks that a term has enough fraction bits, and at most T.
   *
   * @param min of F_j
   */
  final void requireSecretFractionBits(int term, int min) {
    int bits = secretFractionBits[term - 1];
    if (bits < min || bits > totalBits) {
      throw new IllegalArgumentException(
          "secretFractionBits of term "
              + term
              + " must be "
              + min
              + " to "
              + totalBits
              + ": "
              + bits);
    }
  }

  /** Returns T. */
  static int totalBits(int outputFractionBits) {
    return outputFractionBits + TRUNCATED_BITS;
  }

  /**
   * Returns the F that makes the rounding of a public factor g weigh as much as that of its secret
   * term h: 2^(T - F) max|g| = 2^F max|h|.
   *
   * @param totalBits T
   */
  static int balancedBits(double maxFactor, double maxTerm, int totalBits) {
    double factor = Math.max(maxFactor, SMALLEST_FACTOR);
    double term = Math.max(maxTerm, Double.MIN_NORMAL);
    double balanced = Math.rint((totalBits + log2(factor) - log2(term)) / 2);
    return (int) Math.min(Math.max(balanced, 0), totalBits);
  }

  private static double log2(double x) {
    return StrictMath.log(x) / StrictMath.log(2);
  }

  /** Returns a copy of F_1 to F_n. */
  final int[] secretFractionBits() {
    return secretFractionBits.clone();
  }

  /** Returns 2^(T - F_j), and 2^T for j = 0. */
  final double factorScale(int term) {
    return FixedPoint.powerOfTwo(totalBits - (term == 0 ? 0 : secretFractionBits[term - 1]));
  }

  /** Returns 2^F_j. */
  final double termScale(int term) {
    return FixedPoint.powerOfTwo(secretFractionBits[term - 1]);
  }

  /** Returns the largest |C|, which is also the bound of |y|. */
  final double maxPublic() {
    return FusedFunction.inputBound(inputFractionBits);
  }

  /** Returns an upper bound of the public factor's magnitude times {@link #factorScale}. */
  abstract double maxEncodedFactor(int term);

  /** Returns an upper bound of the secret term's magnitude times {@link #termScale}. */
  abstract double maxEncodedTerm(int term);

  /** Writes the encodings of public factors g_j: round(g 2^(T - F_j)). */
  final void encodeFactors(
      BlockKernel kernel, int term, double[] factors, long[] encoded, int count) {
    kernel.encode(factors, factorScale(term), maxEncodedFactor(term), encoded, count);
  }

  /** Writes the encodings of secret terms h_j: round(h 2^F_j). */
  final void encodeTerms(BlockKernel kernel, int term, double[] terms, long[] encoded, int count) {
    kernel.encode(terms, termScale(term), maxEncodedTerm(term), encoded, count);
  }

  /**
   * Returns the error bound of a step that truncates, in units of 2^-fx.
   *
   * <p>Before the truncation the value is v = f(y) 2^T + error, with an error of at most S, and far
   * from wrapping ({@link FusedFunction#requireReach}). Let l = v mod 2^32 and let the shares' low
   * words be l_0 and l_1. The high words add up to floor(v / 2^32) if l_0 + l_1 = l, and to one
   * less if it is l + 2^32; for l = 0 the first is possible only with l_0 = l_1 = 0. The sum lies
   * therefore in (v / 2^32 - 2, v / 2^32], and after P0 has added its unit in (v / 2^32 - 1, v /
   * 2^32 + 1]. Altogether at most 1 + S / 2^32.
   *
   * @param untruncatedError S, in units of 2^-T
   */
  static double truncatedErrorUlps(double untruncatedError) {
    return (1 + untruncatedError * 0x1.0p-32) * OWN_ROUNDING;
  }
}
