// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;

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
 *         round(sin(m w r) 2^F_k) for each harmonic k, and round(-slope R 2^T) for both readings
 *         R of r.
 *   online, per inference, with T = fx + 32
 *     2   Party i sends Y_i + r_i, P0 with 2^30 added; both open c = Y + 2^30 + r.
 *     3   Party i computes p_i: the sum over all harmonics of the rounded public factors at
 *         C = c - 2^30, times 2^(T-F_k), and its shares of cos(m w r) and sin(m w r); plus the
 *         share of the slope's term in the reading that the top bit of c selects. P0 adds
 *         round((constant + slope C') 2^T) + 2^32, with C' = (c mod 2^31) - 2^30.
 *     4   Party i outputs the high word of p_i.
 * </pre>
 *
 * <p><b>One reading.</b> Y = C - r in Z_2^32, so there is an integer n with Y = C - r + 2^32 n. As
 * m is an integer, cos(m w (C - r + 2^32 n)) = cos(m w (C - r) + 2 pi m n) = cos(m w (C - r)), and
 * the same is true of the sine, whichever integers represent C and r. So harmonics need one reading
 * of r, they need no bound of Y, and no public bit selects anything for them: they are right for
 * every Y of the ring. A slope is not periodic and takes the two readings of {@link
 * FusedActivation}, with its bound |Y| &lt; 2^30. For 2^30 &lt;= |Y| &lt; 2^31 a share (|Y| - 2^30)
 * / 2^31 of the masks moves the line, and the line only, by slope 2^(32-fy) against the sign of y.
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
        2 * function.harmonicCount() + (function.hasSlope() ? FunctionBlock.READINGS : 0));
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
    HarmonicBlock block = newBlock(BlockKernel.best());
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
  HarmonicBlock newBlock(BlockKernel kernel) {
    return new HarmonicBlock(this, scales, kernel);
  }
}
