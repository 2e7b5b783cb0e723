// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.ActivationBasis;

/**
 * The fixed-point scales of a {@link FusedActivation}: T = fx + 32 bits in all, of which F_j belong
 * to the secret term j and T - F_j to its public factor; and the error that they cause. Immutable.
 */
final class TermScales {
  /** Bits below the last place of the output, truncated from the shares. */
  static final int TRUNCATED_BITS = 32;

  /** Covers the rounding of {@link #errorBoundUlps} itself, fewer than 2^10 operations. */
  private static final double OWN_ROUNDING = 1 + 0x1.0p-42;

  /** Keeps F_j finite where a factor is zero. */
  private static final double SMALLEST_FACTOR = 1e-3;

  private final ActivationBasis basis;
  private final int inputFractionBits;
  private final int totalBits;
  private final int[] secretFractionBits;

  /**
   * Creates the scales.
   *
   * @param secretFractionBits F_1 to F_n; taken over
   */
  TermScales(
      ActivationBasis basis,
      int inputFractionBits,
      int outputFractionBits,
      int[] secretFractionBits) {
    this.basis = basis;
    this.inputFractionBits = inputFractionBits;
    this.totalBits = outputFractionBits + TRUNCATED_BITS;
    this.secretFractionBits = secretFractionBits;
    checkSecretFractionBits();
    for (int j = 0; j <= basis.termCount(); j++) {
      FixedPoint.requireEncodable("public factor " + j, maxEncodedFactor(j), inputFractionBits);
      if (j > 0) {
        FixedPoint.requireEncodable("secret term " + j, maxEncodedTerm(j), inputFractionBits);
      }
    }
  }

  /**
   * Returns the F_j that make the rounding of g_j weigh as much as that of h_j: 2^(T - F) max|g| =
   * 2^F max|h|. Terms with the factor 1 get F_j = T.
   */
  static int[] balanced(ActivationBasis basis, int inputFractionBits, int outputFractionBits) {
    int total = outputFractionBits + TRUNCATED_BITS;
    double maxC = FusedFunction.inputBound(inputFractionBits);
    int[] bits = new int[basis.termCount()];
    for (int j = 1; j <= bits.length; j++) {
      double factor = Math.max(basis.maxPublicFactor(j, maxC), SMALLEST_FACTOR);
      double term = Math.max(basis.maxSecretTerm(j, 2 * maxC), Double.MIN_NORMAL);
      double balanced = Math.rint((total + log2(factor) - log2(term)) / 2);
      bits[j - 1] = basis.unitFactor(j) ? total : (int) Math.min(Math.max(balanced, 0), total);
    }
    return bits;
  }

  private static double log2(double x) {
    return StrictMath.log(x) / StrictMath.log(2);
  }

  private void checkSecretFractionBits() {
    if (secretFractionBits.length != basis.termCount()) {
      throw new IllegalArgumentException(
          "secretFractionBits has "
              + secretFractionBits.length
              + " entries for "
              + basis.termCount()
              + " terms");
    }
    for (int j = 1; j <= secretFractionBits.length; j++) {
      int bits = secretFractionBits[j - 1];
      int min = basis.unitFactor(j) ? totalBits : 0;
      if (bits < min || bits > totalBits) {
        throw new IllegalArgumentException(
            "secretFractionBits of term "
                + j
                + " must be "
                + min
                + " to "
                + totalBits
                + ": "
                + bits);
      }
    }
  }

  /** Returns a copy of F_1 to F_n. */
  int[] secretFractionBits() {
    return secretFractionBits.clone();
  }

  /** Returns 2^(T - F_j), and 2^T for j = 0. */
  double factorScale(int term) {
    return FixedPoint.powerOfTwo(totalBits - (term == 0 ? 0 : secretFractionBits[term - 1]));
  }

  /** Returns 2^F_j. */
  double termScale(int term) {
    return FixedPoint.powerOfTwo(secretFractionBits[term - 1]);
  }

  /** Returns an upper bound of |g_j(C)| 2^(T - F_j), and of |g_0(C)| 2^T for j = 0. */
  double maxEncodedFactor(int term) {
    return basis.maxPublicFactor(term, maxPublic()) * factorScale(term);
  }

  /** Returns an upper bound of |h_j(R)| 2^F_j. */
  double maxEncodedTerm(int term) {
    return basis.maxSecretTerm(term, maxSecret()) * termScale(term);
  }

  /** Writes the encodings of factors g_j: round(g 2^(T - F_j)). */
  void encodeFactors(BlockKernel kernel, int term, double[] factors, long[] encoded, int count) {
    kernel.encode(factors, factorScale(term), maxEncodedFactor(term), encoded, count);
  }

  /** Writes the encodings of terms h_j: round(h 2^F_j). */
  void encodeTerms(BlockKernel kernel, int term, double[] terms, long[] encoded, int count) {
    kernel.encode(terms, termScale(term), maxEncodedTerm(term), encoded, count);
  }

  /** Returns the largest |C|, which is also the bound of |y|. */
  private double maxPublic() {
    return FusedFunction.inputBound(inputFractionBits);
  }

  /** Returns the largest |R|. */
  private double maxSecret() {
    return 2 * maxPublic();
  }

  /**
   * Returns the derived error bound of the step, in units of 2^-fx.
   *
   * <p>Let G = round(g 2^(T-F)) and H = round(h 2^F) be the encodings of a term, where g and h come
   * with errors dg and dh of double arithmetic. Scaling by powers of two is exact, so
   *
   * <pre>  eG = |G - g 2^(T-F)| &lt;= 1/2 + dg 2^(T-F),   eH = |H - h 2^F| &lt;= 1/2 + dh 2^F,
   *  |G H - g h 2^T| &lt;= eG |h| 2^F + |g| 2^(T-F) eH + eG eH</pre>
   *
   * <p>with eG = 0 where g = 1. Sums in Z_2^64 are exact. So before the truncation the error is at
   * most S = 1/2 + dg_0 2^T + the sum over all terms, and the value v = f(y) 2^T + error is far
   * from wrapping ({@link ActivationBasis#maxValue}). Let l = v mod 2^32 and let the shares' low
   * words be l_0 and l_1. The high words add up to floor(v / 2^32) if l_0 + l_1 = l, and to one
   * less if it is l + 2^32; for l = 0 the first is possible only with l_0 = l_1 = 0. The sum lies
   * therefore in (v / 2^32 - 2, v / 2^32], and after P0 has added its unit in (v / 2^32 - 1, v /
   * 2^32 + 1]. Altogether at most 1 + S / 2^32.
   */
  double errorBoundUlps() {
    double sum = 0.5 + basis.publicFactorError(0, maxPublic()) * factorScale(0);
    for (int j = 1; j <= basis.termCount(); j++) {
      double factorError =
          basis.unitFactor(j) ? 0 : 0.5 + basis.publicFactorError(j, maxPublic()) * factorScale(j);
      double termError = 0.5 + basis.secretTermError(j, maxSecret()) * termScale(j);
      sum += factorError * maxEncodedTerm(j);
      sum += maxEncodedFactor(j) * termError;
      sum += factorError * termError;
    }
    return (1 + sum * 0x1.0p-32) * OWN_ROUNDING;
  }
}
