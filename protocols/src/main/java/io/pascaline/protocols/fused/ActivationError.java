// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.ActivationBasis;

/**
 * The derived error bound of a {@link FusedActivation}, in units of 2^-fx.
 *
 * <p>Let G = round(g 2^(T-F)) and H = round(h 2^F) be the encodings of a term, where g and h come
 * with errors dg and dh of double arithmetic. Scaling by powers of two is exact, so
 *
 * <pre>  eG = |G - g 2^(T-F)| &lt;= 1/2 + dg 2^(T-F),   eH = |H - h 2^F| &lt;= 1/2 + dh 2^F,
 *  |G H - g h 2^T| &lt;= eG |h| 2^F + |g| 2^(T-F) eH + eG eH</pre>
 *
 * <p>with eG = 0 where g = 1. Sums in Z_2^64 are exact. So before the cut the error is at most S =
 * 1/2 + dg_0 2^T + the sum over all terms, and the value v = f(y) 2^T + error is far from wrapping.
 * Let l = v mod 2^32 and let the shares' low words be l_0 and l_1. The high words add up to floor(v
 * / 2^32) if l_0 + l_1 = l, and to one less if it is l + 2^32; for l = 0 the first is possible only
 * with l_0 = l_1 = 0. The sum lies therefore in (v / 2^32 - 2, v / 2^32], and after P0 has added
 * its unit in (v / 2^32 - 1, v / 2^32 + 1]. Altogether at most 1 + S / 2^32.
 */
final class ActivationError {
  /** Covers the rounding of this computation itself, fewer than 2^10 operations. */
  private static final double OWN_ROUNDING = 1 + 0x1.0p-42;

  private ActivationError() {}

  static double boundUlps(FusedActivation activation) {
    ActivationBasis basis = activation.basis();
    double maxC = activation.scales().maxPublic();
    double maxR = activation.scales().maxSecret();
    double sum = 0.5 + basis.publicFactorError(0, maxC) * activation.scales().factorScale(0);
    for (int j = 1; j <= basis.termCount(); j++) {
      double factorScale = activation.scales().factorScale(j);
      double termScale = activation.scales().termScale(j);
      double factorError =
          basis.unitFactor(j) ? 0 : 0.5 + basis.publicFactorError(j, maxC) * factorScale;
      double termError = 0.5 + basis.secretTermError(j, maxR) * termScale;
      sum += factorError * activation.scales().maxEncodedTerm(j);
      sum += activation.scales().maxEncodedFactor(j) * termError;
      sum += factorError * termError;
    }
    return (1 + sum * 0x1.0p-32) * OWN_ROUNDING;
  }
}
