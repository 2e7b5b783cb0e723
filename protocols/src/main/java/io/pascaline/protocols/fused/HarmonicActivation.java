// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An activation step of the fused suite for a line with harmonics of the ring ({@link
 * HarmonicFunction}), one function per channel: x' = f_c(y) with a change of the fraction bits from
 * fy to fx in the same round. The elements of a channel are consecutive.
 *
 * <p>With the angle w = 2 pi / 2^32 of a unit in the last place of y, and by the addition theorems,
 *
 * <pre>
 *   a cos(m w (C - r)) + b sin(m w (C - r))
 *     = (a cos(m w C) + b sin(m w C)) cos(m w r) + (a sin(m w C) - b cos(m w C)) sin(m w r)
 *
 *   offline, per inference
 *     1   The dealer draws r and shares, in Z_2^64, round(cos(m w r) 2^F_k) and
 *         round(sin(m w r) 2^F_k) for each harmonic k, and round(-slope R 2^T) for both
 *         representatives of r.
 *   online, per inference, with T = fx + 32
 *     2   Party i sends Y_i + r_i, P0 with 2^30 added; both open c = Y + 2^30 + r.
 *     3   Party i computes p_i: the sum over all harmonics of the rounded public factors at
 *         C = c - 2^30, times 2^(T-F_k), and its shares of cos(m w r) and sin(m w r); plus the
 *         share of the slope's term for the representative that the top bit of c selects. P0
 *         adds round((constant + slope C') 2^T) + 2^32, with C' = (c mod 2^31) - 2^30.
 *     4   Party i outputs the high word of p_i.
 * </pre>
 *
 * <p><b>One representative.</b> Y = C - r in Z_2^32, so there is an integer n with Y = C - r + 2^32
 * n. As m is an integer, cos(m w (C - r + 2^32 n)) = cos(m w (C - r) + 2 pi m n) = cos(m w (C -
 * r)), and the same is true of the sine, whichever integers represent C and r. So harmonics need
 * one representative of r, they need no bound of Y, and no public bit selects anything for them:
 * they are right for every Y of the ring. A slope is not periodic and takes the two representatives
 * of {@link FusedActivation}, with its bound |Y| &lt; 2^30. For 2^30 &lt;= |Y| &lt; 2^31 a share
 * (|Y| - 2^30) / 2^31 of the masks moves the line, and the line only, by slope 2^(32-fy) against
 * the sign of y.
 *
 * <p>F_k balances the roundings of factors and terms ({@link HarmonicScales}). Angles are
 * multiplied modulo 2^32, which is exact; their cosines and sines take the same time for every
 * secret ({@link RingAngle}).
 *
 * <p>Rounds: 1. Online: 4 bytes per element and direction. Correction: 16 bytes per element and
 * harmonic, and 16 per element if any channel has a slope, to one party. Error: {@link
 * #errorBoundUlps}. Probability of failure: 0 within the layer's bound. Security: see the package;
 * c is uniform, since r is, and every share that the dealer sends is. Source: this project's, after
 * the single-round activations of A. Diaa et al., "Fast and Private Inference of Deep Neural
 * Networks by Co-designing Activation Functions", USENIX Security 2024; cosines as activations are
 * those of "HD-cos Networks", arXiv 2110.15440. Immutable.
 */
public final class HarmonicActivation extends FusedFunction {
  private final HarmonicFunction function;
  private final HarmonicScales scales;
  private final double errorBoundUlps;

  /**
   * Creates the step with given F_k, as a plan holds them.
   *
   * @param layer the layer's id in the plan
   * @param shape its first dimension is the number of channels, unless there is one function for
   *     all elements
   * @param inputFractionBits fy, 0 to 30
   * @param outputFractionBits fx, 0 to 30
   * @param secretFractionBits F_1 to F_K; copied
   * @throws IllegalArgumentException if a number is out of range, or the shape has another number
   *     of channels, or f exceeds a word with fx fraction bits for some |y| &lt; 2^(30-fy), or a
   *     term exceeds what can be encoded
   */
  public HarmonicActivation(
      int layer,
      Shape shape,
      HarmonicFunction function,
      int inputFractionBits,
      int outputFractionBits,
      int... secretFractionBits) {
    super(
        layer,
        shape,
        inputFractionBits,
        outputFractionBits,
        2 * function.harmonicCount() + (function.hasSlope() ? FunctionBlock.REPRESENTATIVES : 0));
    this.function = function;
    if (function.channelCount() != 1
        && (shape.rank() == 0 || shape.dim(0) != function.channelCount())) {
      throw new IllegalArgumentException(
          "shape " + shape + " has not the function's channels: " + function.channelCount());
    }
    this.scales =
        new HarmonicScales(
            function, inputFractionBits, outputFractionBits, secretFractionBits.clone());
    this.errorBoundUlps = scales.errorBoundUlps();
    requireReach(function.maxValue(inputBound()), errorBoundUlps);
  }

  /** Returns the step with the F_k that balance the roundings of each harmonic. */
  public static HarmonicActivation plan(
      int layer,
      Shape shape,
      HarmonicFunction function,
      int inputFractionBits,
      int outputFractionBits) {
    requireBits(inputFractionBits, outputFractionBits);
    return new HarmonicActivation(
        layer,
        shape,
        function,
        inputFractionBits,
        outputFractionBits,
        HarmonicScales.balanced(function, outputFractionBits));
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is not an encoding, or one of a step that cannot be
   */
  public static HarmonicActivation decode(int layer, Shape shape, ByteBuffer buffer) {
    return decode(
        buffer,
        (fy, fx) -> {
          HarmonicFunction function = HarmonicFunction.decode(buffer);
          int[] bits = takeBits(buffer, function.harmonicCount());
          return new HarmonicActivation(layer, shape, function, fy, fx, bits);
        });
  }

  /** Returns the activation functions. */
  @Override
  public HarmonicFunction function() {
    return function;
  }

  @Override
  int[] secretFractionBits() {
    return scales.secretFractionBits();
  }

  /** Returns the period of the ring in real units, 2^(32-fy). */
  public double period() {
    return FixedPoint.powerOfTwo(Integer.SIZE - inputFractionBits());
  }

  /** Returns the function of an element. */
  public int channelOf(int element) {
    return element / (inputCount() / function.channelCount());
  }

  /**
   * Returns an upper bound of |x' - f(y) 2^fx| in units of the last place of the output, for every
   * mask and every |Y| &lt; 2^30, and for every Y of the ring if there is no slope.
   */
  @Override
  public double errorBoundUlps() {
    return errorBoundUlps;
  }

  @Override
  void valueUlps(int[] input, double[] values) {
    Block block = new Block(this, BlockKernel.best());
    for (int at = 0; at < input.length; at += FunctionBlock.MAX_ELEMENTS) {
      int count = Math.min(FunctionBlock.MAX_ELEMENTS, input.length - at);
      block.valueUlps(input, values, at, count);
    }
  }

  @Override
  public double derivativeBound(int element, double lo, double hi) {
    return function.derivativeBound(channelOf(element), lo, hi, period());
  }

  @Override
  int functionLengthBytes() {
    return function.encodedLengthBytes();
  }

  @Override
  void encodeFunction(ByteBuffer buffer) {
    function.encode(buffer);
  }

  @Override
  FunctionBlock newBlock(BlockKernel kernel) {
    return new Block(this, kernel);
  }

  /**
   * A correction holds the slope's term for both representatives, if there is a slope, then cosine
   * and sine of each harmonic. Harmonics count from 0, as those of the function; harmonic k is term
   * k + 1 of the scales.
   */
  private static final class Block extends FunctionBlock {
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

    Block(HarmonicActivation step, BlockKernel kernel) {
      super(step, kernel);
      this.function = step.function;
      this.scales = step.scales;
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
      return 2 * harmonic + (function.hasSlope() ? REPRESENTATIVES : 0);
    }

    @Override
    void deal(int[] mask, int[] planes, int at, int count) {
      if (function.hasSlope()) {
        // 1. round(-slope R 2^T), for both representatives.
        spread(function::slope, at, first, count);
        for (int representative = 0; representative < REPRESENTATIVES; representative++) {
          readMask(mask, representative, at, values, count);
          for (int i = 0; i < count; i++) {
            values[i] = -first[i] * values[i];
          }
          scales.encodeLine(kernel, values, encoded, count);
          complete(representative, planes, at, count);
        }
      }
      readWords(mask, at, 0, words, count);
      for (int k = 0; k < function.harmonicCount(); k++) {
        // 1. round(cos(m w r) 2^F_k) and round(sin(m w r) 2^F_k).
        cosinesAndSines(k, at, count);
        scales.encodeTerms(kernel, k + 1, cosines, encoded, count);
        complete(cosinePlane(k), planes, at, count);
        scales.encodeTerms(kernel, k + 1, sines, encoded, count);
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
        // 3. The share of the slope's term for the selected representative.
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
      scales.encodeFactors(kernel, harmonic + 1, values, encoded, count);
      addProducts(cosinePlane(harmonic), planes, at, count);
      for (int i = 0; i < count; i++) {
        values[i] = first[i] * sines[i] - second[i] * cosines[i];
      }
      scales.encodeFactors(kernel, harmonic + 1, values, encoded, count);
      addProducts(cosinePlane(harmonic) + 1, planes, at, count);
    }
  }
}
