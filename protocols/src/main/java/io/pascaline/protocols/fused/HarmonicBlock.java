// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.Arrays;

/**
 * The arithmetic of a {@link HarmonicActivation}. A correction holds the slope's term in both
 * readings, if there is a slope, then cosine and sine of each harmonic.
 */
final class HarmonicBlock extends FunctionBlock {
  private final HarmonicFunction function;
  private final HarmonicScales scales;
  private final int channelElementCount;
  private final double[] words = new double[MAX_ELEMENTS];
  private final double[] multiples = new double[MAX_ELEMENTS];
  private final double[] cosines = new double[MAX_ELEMENTS];
  private final double[] sines = new double[MAX_ELEMENTS];
  private final double[] first = new double[MAX_ELEMENTS];
  private final double[] second = new double[MAX_ELEMENTS];
  private final double[] values = new double[MAX_ELEMENTS];
  private final double outputScale;

  HarmonicBlock(HarmonicActivation step, HarmonicScales scales, BlockKernel kernel) {
    super(step, kernel);
    this.function = step.function();
    this.scales = scales;
    this.channelElementCount = step.inputCount() / function.channelCount();
    this.outputScale = FixedPoint.powerOfTwo(step.outputFractionBits());
  }

  /** A public number of each channel. */
  @FunctionalInterface
  private interface OfChannel {
    double of(int channel);
  }

  /** Writes each element's public number. */
  private void spread(OfChannel number, int at, double[] out, int count) {
    int i = 0;
    while (i < count) {
      int channel = (at + i) / channelElementCount;
      int end = Math.min(count, (channel + 1) * channelElementCount - at);
      Arrays.fill(out, i, end, number.of(channel));
      i = end;
    }
  }

  /** Writes cosine and sine of the words' angles times the multiples of a harmonic. */
  private void cosinesAndSines(int harmonic, int at, int count) {
    spread(channel -> function.multiple(channel, harmonic), at, multiples, count);
    RingAngle.cosinesAndSines(words, multiples, cosines, sines, count);
  }

  private int cosinePlane(int harmonic) {
    return 2 * harmonic + (function.hasSlope() ? READINGS : 0);
  }

  @Override
  void deal(int[] mask, int[] planes, int at, int count) {
    if (function.hasSlope()) {
      // 1. round(-slope R 2^T), for both readings.
      spread(function::slope, at, first, count);
      for (int reading = 0; reading < READINGS; reading++) {
        readMask(mask, reading, at, values, count);
        for (int i = 0; i < count; i++) {
          values[i] = -first[i] * values[i];
        }
        scales.encodeLine(kernel, values, encoded, count);
        complete(reading, planes, at, count);
      }
    }
    readWords(mask, at, 0, words, count);
    for (int k = 0; k < function.harmonicCount(); k++) {
      // 1. round(cos(m w r) 2^F_k) and round(sin(m w r) 2^F_k).
      cosinesAndSines(k, at, count);
      scales.encodeTerms(kernel, k, cosines, encoded, count);
      complete(cosinePlane(k), planes, at, count);
      scales.encodeTerms(kernel, k, sines, encoded, count);
      complete(cosinePlane(k) + 1, planes, at, count);
    }
  }

  @Override
  void evaluate(int partyId, int[] opened, int[] planes, int at, int count) {
    if (partyId == 0) {
      // 3. At P0, round((constant + slope C') 2^T) + 2^32.
      readOpened(opened, at, values, count);
      addLine(at, count);
      scales.encodeLine(kernel, values, sums, count);
      addTruncationUnit(count);
    } else {
      clearSums(count);
    }
    if (function.hasSlope()) {
      // 3. The share of the slope's term in the selected reading.
      Arrays.fill(encoded, 0, count, 1);
      addSelected(0, 1, opened, planes, at, count);
    }
    readWords(opened, at, OPENING_OFFSET, words, count);
    for (int k = 0; k < function.harmonicCount(); k++) {
      addHarmonic(k, planes, at, count);
    }
    // 4. The high word.
    truncate(opened, at, count);
  }

  /** Replaces real inputs by values of the line. */
  private void addLine(int at, int count) {
    spread(function::constant, at, first, count);
    spread(function::slope, at, second, count);
    for (int i = 0; i < count; i++) {
      values[i] = first[i] + second[i] * values[i];
    }
  }

  /** Writes f(y) 2^fx of the inputs. */
  void valueUlps(int[] inputs, double[] out, int at, int count) {
    readInputs(inputs, at, values, count);
    addLine(at, count);
    readWords(inputs, at, 0, words, count);
    for (int k = 0; k < function.harmonicCount(); k++) {
      int harmonic = k;
      cosinesAndSines(k, at, count);
      spread(channel -> function.cosine(channel, harmonic), at, first, count);
      spread(channel -> function.sine(channel, harmonic), at, second, count);
      for (int i = 0; i < count; i++) {
        values[i] += first[i] * cosines[i] + second[i] * sines[i];
      }
    }
    for (int i = 0; i < count; i++) {
      out[at + i] = values[i] * outputScale;
    }
  }

  /** 3. Adds the shares of cosine and sine of a harmonic, each times its public factor. */
  private void addHarmonic(int harmonic, int[] planes, int at, int count) {
    cosinesAndSines(harmonic, at, count);
    spread(channel -> function.cosine(channel, harmonic), at, first, count);
    spread(channel -> function.sine(channel, harmonic), at, second, count);
    for (int i = 0; i < count; i++) {
      values[i] = first[i] * cosines[i] + second[i] * sines[i];
    }
    scales.encodeFactors(kernel, harmonic, values, encoded, count);
    addProducts(cosinePlane(harmonic), planes, at, count);
    for (int i = 0; i < count; i++) {
      values[i] = first[i] * sines[i] - second[i] * cosines[i];
    }
    scales.encodeFactors(kernel, harmonic, values, encoded, count);
    addProducts(cosinePlane(harmonic) + 1, planes, at, count);
  }
}
