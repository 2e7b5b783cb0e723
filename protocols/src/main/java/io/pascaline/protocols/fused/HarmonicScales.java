// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;

/**
 * The fixed-point scales of a {@link HarmonicActivation}: term k is harmonic k - 1 of the function,
 * whose secret terms are cosine and sine, and number 0 is the line, whose secret term has all T
 * bits, too; and the error that they cause. Immutable.
 */
final class HarmonicScales extends FunctionScales {
  /** Bounds sqrt(2). */
  private static final double ROOT_OF_TWO = 1.4142136;

  /** Four roundings of doubles. */
  private static final double FOUR_ROUNDINGS = 0x1.0p-51;

  private final HarmonicFunction function;

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
    super(inputFractionBits, outputFractionBits, secretFractionBits, function.harmonicCount());
    this.function = function;
    this.amplitudes = amplitudes(function);
    double slope = 0;
    double constant = 0;
    for (int c = 0; c < function.channelCount(); c++) {
      slope = Math.max(slope, Math.abs(function.slope(c)));
      constant = Math.max(constant, Math.abs(function.constant(c)));
    }
    this.maxSlope = slope;
    this.maxConstant = constant;
    FixedPoint.requireEncodable("line", maxEncodedLine(), inputFractionBits);
    FixedPoint.requireEncodable("slope", maxEncodedSlope(), inputFractionBits);
    for (int k = 1; k <= amplitudes.length; k++) {
      FixedPoint.requireEncodable("harmonic " + (k - 1), maxEncodedFactor(k), inputFractionBits);
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

  /** Returns the balanced F_k; the cosines and sines of the mask are at most 1. */
  static int[] balanced(HarmonicFunction function, int outputFractionBits) {
    int total = totalBits(outputFractionBits);
    double[] amplitudes = amplitudes(function);
    int[] bits = new int[amplitudes.length];
    for (int k = 0; k < bits.length; k++) {
      bits[k] = balancedBits(amplitudes[k], 1, total);
    }
    return bits;
  }

  private double maxLine() {
    return (maxConstant + maxSlope * maxPublic()) * (1 + FOUR_ROUNDINGS);
  }

  private double maxEncodedLine() {
    return maxLine() * factorScale(0);
  }

  private double maxEncodedSlope() {
    return 2 * maxSlope * maxPublic() * factorScale(0);
  }

  @Override
  double maxEncodedFactor(int term) {
    if (term == 0) {
      return Math.max(maxEncodedLine(), maxEncodedSlope());
    }
    // Computed cosines and sines are below 1 + 2^-47; this covers all roundings, too.
    return amplitudes[term - 1] * (1 + 0x1.0p-45) * factorScale(term);
  }

  @Override
  double maxEncodedTerm(int term) {
    return 2 * termScale(term);
  }

  /** Writes round(v 2^T) of values constant + slope C of the line, or of its terms -slope R. */
  void encodeLine(BlockKernel kernel, double[] values, long[] encoded, int count) {
    encodeFactors(kernel, 0, values, encoded, count);
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
   * three roundings of doubles of their largest values. Sums in Z_2^64 are exact. So before the
   * truncation ({@link #truncatedErrorUlps}) the error is at most the sum of all.
   */
  double errorBoundUlps() {
    double sum = 0.5 + FOUR_ROUNDINGS * maxEncodedLine();
    if (function.hasSlope()) {
      sum += 0.5 + FOUR_ROUNDINGS * maxEncodedSlope();
    }
    for (int k = 1; k <= amplitudes.length; k++) {
      double amplitude = amplitudes[k - 1];
      double perUnit = ROOT_OF_TWO * (RingAngle.MAX_ERROR + FOUR_ROUNDINGS);
      double factorError = 0.5 + amplitude * perUnit * factorScale(k);
      double termError = 0.5 + RingAngle.MAX_ERROR * termScale(k);
      sum += ROOT_OF_TWO * factorError * termScale(k);
      sum += ROOT_OF_TWO * amplitude * factorScale(k) * termError;
      sum += 2 * factorError * termError;
    }
    return truncatedErrorUlps(sum);
  }
}
