// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.ActivationBasis;

/**
 * The fixed-point scales of a {@link FusedActivation}: T = fx + 32 bits in all, of which F_j belong
 * to the secret term j and T - F_j to its public factor. Immutable.
 */
final class TermScales {
  /** Bits below the last place of the output, cut from the shares. */
  static final int CUT_BITS = 32;

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
    this.totalBits = outputFractionBits + CUT_BITS;
    this.secretFractionBits = secretFractionBits;
    checkSecretFractionBits();
    for (int j = 0; j <= basis.termCount(); j++) {
      checkEncodable("public factor", j, maxEncodedFactor(j));
      if (j > 0) {
        checkEncodable("secret term", j, maxEncodedTerm(j));
      }
    }
  }

  /**
   * Returns the F_j that make the rounding of g_j weigh as much as that of h_j: 2^(T - F) max|g| =
   * 2^F max|h|. Terms with the factor 1 get F_j = T.
   */
  static int[] balanced(ActivationBasis basis, int inputFractionBits, int outputFractionBits) {
    int total = outputFractionBits + CUT_BITS;
    double maxC = maxPublic(inputFractionBits);
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

  private static double maxPublic(int inputFractionBits) {
    return FixedPoint.powerOfTwo(FusedActivation.INPUT_BITS - inputFractionBits);
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
      int least = basis.unitFactor(j) ? totalBits : 0;
      if (bits < least || bits > totalBits) {
        throw new IllegalArgumentException(
            "secretFractionBits of term "
                + j
                + " must be "
                + least
                + " to "
                + totalBits
                + ": "
                + bits);
      }
    }
  }

  private void checkEncodable(String what, int term, double max) {
    if (!(max < FixedPoint.WIDE_LIMIT)) {
      throw new IllegalArgumentException(
          what
              + " "
              + term
              + " reaches "
              + max
              + " when encoded, limit "
              + FixedPoint.WIDE_LIMIT
              + "; use more inputFractionBits than "
              + inputFractionBits);
    }
  }

  /** Returns T. */
  int totalBits() {
    return totalBits;
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

  /** Returns whether the factor's encoding may exceed what a plain conversion takes. */
  boolean wideFactor(int term) {
    return maxEncodedFactor(term) >= FixedPoint.PLAIN_LIMIT;
  }

  /** Returns whether the term's encoding may exceed what a plain conversion takes. */
  boolean wideTerm(int term) {
    return maxEncodedTerm(term) >= FixedPoint.PLAIN_LIMIT;
  }

  /** Returns 2^-fy. */
  double inputUnit() {
    return FixedPoint.powerOfTwo(-inputFractionBits);
  }

  /** Returns the largest |C|, which is also the bound of |y|. */
  double maxPublic() {
    return maxPublic(inputFractionBits);
  }

  /** Returns the largest |R|. */
  double maxSecret() {
    return 2 * maxPublic();
  }
}
