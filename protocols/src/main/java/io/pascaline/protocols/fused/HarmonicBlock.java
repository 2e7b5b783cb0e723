// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.share.DoubleWordPlanes;
import java.util.Arrays;

/**
 * The arithmetic of a {@link HarmonicActivation} on a few hundred consecutive elements, in arrays
 * that are used again for the next ones. Secret words are in no branch and no index. Not
 * thread-safe.
 *
 * <p>A correction holds 64-bit planes one after the other: the slope's term in both readings, if
 * there is a slope, then cosine and sine of each harmonic. Each is a plane of low words, then one
 * of high words.
 */
final class HarmonicBlock {
  static final int MAX_ELEMENTS = 512;

  private final HarmonicActivation step;
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
  private final long[] encoded = new long[MAX_ELEMENTS];
  private final long[] sums = new long[MAX_ELEMENTS];

  HarmonicBlock(HarmonicActivation step, HarmonicScales scales) {
    this.step = step;
    this.function = step.function();
    this.scales = scales;
    this.channelElementCount = step.inputCount() / function.channelCount();
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

  private int lowPlane(int doubleWord) {
    return 2 * doubleWord * step.inputCount();
  }

  private int cosineIndex(int harmonic) {
    return 2 * harmonic + (function.hasSlope() ? 2 : 0);
  }

  /** 1. Replaces drawn shares of the secret terms by the terms less them. */
  void deal(int[] mask, int[] planes, int at, int count) {
    for (int i = 0; i < count; i++) {
      words[i] = mask[at + i];
    }
    if (function.hasSlope()) {
      spread(function::slope, at, first, count);
      double unit = scales.inputUnit();
      for (int reading = 0; reading < 2; reading++) {
        // r - 2^31 for an unsigned r is r with its top bit turned, read as signed.
        int turned = reading == 0 ? Integer.MIN_VALUE : 0;
        for (int i = 0; i < count; i++) {
          values[i] = -first[i] * ((mask[at + i] ^ turned) * unit);
        }
        scales.encodeLine(values, encoded, count);
        complete(reading, planes, at, count);
      }
    }
    for (int k = 0; k < function.harmonicCount(); k++) {
      cosinesAndSines(k, at, count);
      scales.encodeTerms(k, cosines, encoded, count);
      complete(cosineIndex(k), planes, at, count);
      scales.encodeTerms(k, sines, encoded, count);
      complete(cosineIndex(k) + 1, planes, at, count);
    }
  }

  private void complete(int doubleWord, int[] planes, int at, int count) {
    int low = lowPlane(doubleWord) + at;
    DoubleWordPlanes.subtractFrom(encoded, count, planes, low, low + step.inputCount());
  }

  /**
   * 3. and 4. Replaces opened words by a party's share of the output.
   *
   * @param opened c, then the output
   * @param planes this party's shares of the secret terms
   */
  void evaluate(int partyId, int[] opened, int[] planes, int at, int count) {
    startSums(partyId, opened, at, count);
    if (function.hasSlope()) {
      addSlope(opened, planes, at, count);
    }
    for (int i = 0; i < count; i++) {
      words[i] = opened[at + i] - HarmonicActivation.OPENING_OFFSET;
    }
    for (int k = 0; k < function.harmonicCount(); k++) {
      addHarmonic(k, planes, at, count);
    }
    for (int i = 0; i < count; i++) {
      opened[at + i] = (int) (sums[i] >>> 32);
    }
  }

  /** Writes f(y) 2^fx of the inputs. */
  void valueUlps(int[] inputs, double[] out, int at, int count) {
    for (int i = 0; i < count; i++) {
      words[i] = inputs[at + i];
    }
    spread(function::constant, at, first, count);
    spread(function::slope, at, second, count);
    double unit = scales.inputUnit();
    for (int i = 0; i < count; i++) {
      values[i] = first[i] + second[i] * (words[i] * unit);
    }
    for (int k = 0; k < function.harmonicCount(); k++) {
      int harmonic = k;
      cosinesAndSines(k, at, count);
      spread(channel -> function.cosine(channel, harmonic), at, first, count);
      spread(channel -> function.sine(channel, harmonic), at, second, count);
      for (int i = 0; i < count; i++) {
        values[i] += first[i] * cosines[i] + second[i] * sines[i];
      }
    }
    double scale = FixedPoint.powerOfTwo(step.outputFractionBits());
    for (int i = 0; i < count; i++) {
      out[at + i] = values[i] * scale;
    }
  }

  /** 3. At P0, round((constant + slope C') 2^T) + 2^32. */
  private void startSums(int partyId, int[] opened, int at, int count) {
    if (partyId != 0) {
      Arrays.fill(sums, 0, count, 0);
      return;
    }
    spread(function::constant, at, first, count);
    spread(function::slope, at, second, count);
    double unit = scales.inputUnit();
    for (int i = 0; i < count; i++) {
      int c = (opened[at + i] & Integer.MAX_VALUE) - HarmonicActivation.OPENING_OFFSET;
      values[i] = first[i] + second[i] * (c * unit);
    }
    scales.encodeLine(values, sums, count);
    for (int i = 0; i < count; i++) {
      sums[i] += 1L << 32;
    }
  }

  /** 3. Adds the share of the slope's term in the reading that the top bit of c selects. */
  private void addSlope(int[] opened, int[] planes, int at, int count) {
    int set = at;
    int clear = lowPlane(1) + at;
    int high = step.inputCount();
    for (int i = 0; i < count; i++) {
      int choice = opened[at + i] >> 31;
      int lowWord = planes[clear + i] ^ ((planes[clear + i] ^ planes[set + i]) & choice);
      int highSet = planes[set + high + i];
      int highClear = planes[clear + high + i];
      int highWord = highClear ^ ((highClear ^ highSet) & choice);
      sums[i] += DoubleWordPlanes.join(lowWord, highWord);
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
    scales.encodeFactors(harmonic, values, encoded, count);
    addProducts(lowPlane(cosineIndex(harmonic)) + at, planes, count);
    for (int i = 0; i < count; i++) {
      values[i] = first[i] * sines[i] - second[i] * cosines[i];
    }
    scales.encodeFactors(harmonic, values, encoded, count);
    addProducts(lowPlane(cosineIndex(harmonic) + 1) + at, planes, count);
  }

  private void addProducts(int low, int[] planes, int count) {
    int high = low + step.inputCount();
    for (int i = 0; i < count; i++) {
      sums[i] += encoded[i] * DoubleWordPlanes.join(planes[low + i], planes[high + i]);
    }
  }
}
