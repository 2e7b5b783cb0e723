// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.ActivationBasis;

/**
 * The fixed-point scales of a {@link FusedActivation}: term j is h_j of the mask, with the public
 * factor g_j; and the error that they cause. Immutable.
 */
final class TermScales extends FunctionScales {
  private final ActivationBasis basis;

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
    super(inputFractionBits, outputFractionBits, secretFractionBits, basis.termCount());
    this.basis = basis;
    for (int j = 1; j <= basis.termCount(); j++) {
      if (basis.unitFactor(j)) {
        requireSecretFractionBits(j, totalBits);
      }
    }
    for (int j = 0; j <= basis.termCount(); j++) {
      FixedPoint.requireEncodable("public factor " + j, maxEncodedFactor(j), inputFractionBits);
      if (j > 0) {
        FixedPoint.requireEncodable("secret term " + j, maxEncodedTerm(j), inputFractionBits);
      }
    }
  }

  /** Returns the balanced F_j. Terms with the factor 1 get F_j = T. */
  static int[] balanced(ActivationBasis basis, int inputFractionBits, int outputFractionBits) {
    int total = totalBits(outputFractionBits);
    double maxC = FusedFunction.inputBound(inputFractionBits);
    int[] bits = new int[basis.termCount()];
    for (int j = 1; j <= bits.length; j++) {
      bits[j - 1] =
          basis.unitFactor(j)
              ? total
              : balancedBits(
                  basis.maxPublicFactor(j, maxC), basis.maxSecretTerm(j, 2 * maxC), total);
    }
    return bits;
  }

  /** Returns an upper bound of |g_j(C)| 2^(T - F_j), and of |g_0(C)| 2^T for j = 0. */
  @Override
  double maxEncodedFactor(int term) {
    return basis.maxPublicFactor(term, maxPublic()) * factorScale(term);
  }

  /** Returns an upper bound of |h_j(R)| 2^F_j. */
  @Override
  double maxEncodedTerm(int term) {
    return basis.maxSecretTerm(term, maxSecret()) * termScale(term);
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
   * <p>with eG = 0 where g = 1. Sums in Z_2^64 are exact. So before the truncation ({@link
   * #truncatedErrorUlps}) the error is at most S = 1/2 + dg_0 2^T + the sum over all terms.
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
    return truncatedErrorUlps(sum);
  }
}
