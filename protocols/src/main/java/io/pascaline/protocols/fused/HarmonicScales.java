// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;

/**
 * The fixed-point scales of a {@link HarmonicActivation}: T = fx + 32 bits in all, of which F_k
 * belong to the cosine and sine of the mask of harmonic k and T - F_k to their public factors; and
 * the error that they cause. Immutable.
 */
final class HarmonicScales {
  /** Covers the rounding of {@link #errorBoundUlps} itself, fewer than 2^10 operations. */
  private static final double OWN_ROUNDING = 1 + 0x1.0p-42;

  /** Keeps F_k finite where a harmonic has no amplitude. */
  private static final double SMALLEST_AMPLITUDE = 1e-3;

  /** Bounds sqrt(2). */
  private static final double ROOT_OF_TWO = 1.4142136;

  /** Four roundings of doubles. */
  private static final double FOUR_ROUNDINGS = 0x1.0p-51;

  private final HarmonicFunction function;
  private final int inputFractionBits;
  private final int totalBits;
  private final int[] secretFractionBits;

  /** The largest amplitude of each harmonic, of all channels. */
  private final double[] amplitudes;

  private final double maxSlope;
  private final double maxConstant;

  /**
   * Creates the scales.
   *
   * @param secretFractionBits F_1 to F_K; taken over
   */
  HarmonicScales(
      HarmonicFunction function,
      int inputFractionBits,
      int outputFractionBits,
      int[] secretFractionBits) {
    this.function = function;
    this.inputFractionBits = inputFractionBits;
    this.totalBits = outputFractionBits + TermScales.TRUNCATED_BITS;
    this.secretFractionBits = secretFractionBits;
    this.amplitudes = amplitudes(function);
    double slope = 0;
    double constant = 0;
    for (int c = 0; c < function.channelCount(); c++) {
      slope = Math.max(slope, Math.abs(function.slope(c)));
      constant = Math.max(constant, Math.abs(function.constant(c)));
    }
    this.maxSlope = slope;
    this.maxConstant = constant;
    checkSecretFractionBits();
    FixedPoint.requireEncodable("line", maxEncodedLine(), inputFractionBits);
    FixedPoint.requireEncodable("slope", maxEncodedSlope(), inputFractionBits);
    for (int k = 0; k < amplitudes.length; k++) {
      FixedPoint.requireEncodable("harmonic " + k, maxEncodedFactor(k), inputFractionBits);
    }
  }

  private static double[] amplitudes(HarmonicFunction function) {
    double[] amplitudes = new double[function.harmonicCount()];
    for (int c = 0; c < function.channelCount(); c++) {
      for (int k = 0; k < amplitudes.length; k++) {
        amplitudes[k] = Math.max(amplitudes[k], function.amplitude(c, k));
      }
    }
    return amplitudes;
  }

  /**
   * Returns the F_k that make the rounding of the factors weigh as much as that of the secret
   * cosines and sines, which are at most 1: 2^(T - F) A_k = 2^F.
   */
  static int[] balanced(HarmonicFunction function, int outputFractionBits) {
    int total = outputFractionBits + TermScales.TRUNCATED_BITS;
    double[] amplitudes = amplitudes(function);
    int[] bits = new int[amplitudes.length];
    for (int k = 0; k < bits.length; k++) {
      double amplitude = Math.max(amplitudes[k], SMALLEST_AMPLITUDE);
      double balanced = Math.rint((total + StrictMath.log(amplitude) / StrictMath.log(2)) / 2);
      bits[k] = (int) Math.min(Math.max(balanced, 0), total);
    }
    return bits;
  }

  private void checkSecretFractionBits() {
    if (secretFractionBits.length != function.harmonicCount()) {
      throw new IllegalArgumentException(
          "secretFractionBits has "
              + secretFractionBits.length
              + " entries for "
              + function.harmonicCount()
              + " harmonics");
    }
    for (int k = 0; k < secretFractionBits.length; k++) {
      int bits = secretFractionBits[k];
      if (bits < 0 || bits > totalBits) {
        throw new IllegalArgumentException(
            "secretFractionBits[" + k + "] must be 0 to " + totalBits + ": " + bits);
      }
    }
  }

  /** Returns a copy of F_1 to F_K. */
  int[] secretFractionBits() {
    return secretFractionBits.clone();
  }

  /** Returns the largest |C|, which is also the bound of |y|. */
  private double maxPublic() {
    return FusedFunction.inputBound(inputFractionBits);
  }

  private double totalScale() {
    return FixedPoint.powerOfTwo(totalBits);
  }

  private double factorScale(int harmonic) {
    return FixedPoint.powerOfTwo(totalBits - secretFractionBits[harmonic]);
  }

  private double termScale(int harmonic) {
    return FixedPoint.powerOfTwo(secretFractionBits[harmonic]);
  }

  private double maxLine() {
    return (maxConstant + maxSlope * maxPublic()) * (1 + FOUR_ROUNDINGS);
  }

  private double maxEncodedLine() {
    return maxLine() * totalScale();
  }

  private double maxEncodedSlope() {
    return 2 * maxSlope * maxPublic() * totalScale();
  }

  private double maxEncodedFactor(int harmonic) {
    // Computed cosines and sines are below 1 + 2^-47; this covers all roundings, too.
    return amplitudes[harmonic] * (1 + 0x1.0p-45) * factorScale(harmonic);
  }

  /** Writes round(v 2^T) of values constant + slope C of the line, or of its terms -slope R. */
  void encodeLine(BlockKernel kernel, double[] values, long[] encoded, int count) {
    double max = Math.max(maxEncodedLine(), maxEncodedSlope());
    kernel.encode(values, totalScale(), max, encoded, count);
  }

  /** Writes round(v 2^(T - F_k)) of public factors of a harmonic. */
  void encodeFactors(BlockKernel kernel, int harmonic, double[] values, long[] encoded, int count) {
    kernel.encode(values, factorScale(harmonic), maxEncodedFactor(harmonic), encoded, count);
  }

  /** Writes round(v 2^F_k) of secret cosines or sines of a harmonic. */
  void encodeTerms(BlockKernel kernel, int harmonic, double[] values, long[] encoded, int count) {
    kernel.encode(values, termScale(harmonic), 2 * termScale(harmonic), encoded, count);
  }

  /**
   * Returns the derived error bound of the step, in units of 2^-fx.
   *
   * <p>A harmonic with amplitude A = sqrt(a^2 + b^2) is g_c h_c + g_s h_s, where the vectors g =
   * (g_c, g_s) and h = (h_c, h_s) have the lengths A and 1. Let their components come with errors
   * of at most dg and dh of double arithmetic: dh = {@link RingAngle#MAX_ERROR}, and dg = (|a| +
   * |b|) dh plus three roundings, at most A sqrt(2) (dh + 2^-51). Let G and H be the encodings.
   * Scaling by powers of two is exact, so each component is off by at most
   *
   * <pre>  eG = 1/2 + dg 2^(T-F),   eH = 1/2 + dh 2^F, and by Cauchy and Schwarz
   *  |G H - g h 2^T| &lt;= sqrt(2) eG 2^F + sqrt(2) A 2^(T-F) eH + 2 eG eH.</pre>
   *
   * <p>The line constant + slope C and the secret term -slope R round to at most 1/2 each, plus
   * three roundings of doubles of their largest values. Sums in Z_2^64 are exact. With S the sum of
   * all, truncation makes it at most 1 + S / 2^32, as {@link TermScales#errorBoundUlps} shows.
   */
  double errorBoundUlps() {
    double sum = 0.5 + FOUR_ROUNDINGS * maxEncodedLine();
    if (function.hasSlope()) {
      sum += 0.5 + FOUR_ROUNDINGS * maxEncodedSlope();
    }
    for (int k = 0; k < amplitudes.length; k++) {
      double perUnit = ROOT_OF_TWO * (RingAngle.MAX_ERROR + FOUR_ROUNDINGS);
      double factorError = 0.5 + amplitudes[k] * perUnit * factorScale(k);
      double termError = 0.5 + RingAngle.MAX_ERROR * termScale(k);
      sum += ROOT_OF_TWO * factorError * termScale(k);
      sum += ROOT_OF_TWO * amplitudes[k] * factorScale(k) * termError;
      sum += 2 * factorError * termError;
    }
    return (1 + sum * 0x1.0p-32) * OWN_ROUNDING;
  }
}
