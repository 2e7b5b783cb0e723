// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

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
public final class HarmonicActivation implements StepParameters {
  /** |Y| stays below 2 to this power. */
  public static final int INPUT_BITS = FusedActivation.INPUT_BITS;

  /** Added by P0 to make the opened tensor's hidden part positive. */
  static final int OPENING_OFFSET = 1 << INPUT_BITS;

  private final int layer;
  private final Shape shape;
  private final HarmonicFunction function;
  private final int inputFractionBits;
  private final int outputFractionBits;
  private final HarmonicScales scales;
  private final int correctionWordCount;
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
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    this.layer = layer;
    this.shape = shape;
    this.function = function;
    if (function.channelCount() != 1
        && (shape.rank() == 0 || shape.dim(0) != function.channelCount())) {
      throw new IllegalArgumentException(
          "shape " + shape + " has not the function's channels: " + function.channelCount());
    }
    this.inputFractionBits = checkBits("inputFractionBits", inputFractionBits);
    this.outputFractionBits = checkBits("outputFractionBits", outputFractionBits);
    this.scales =
        new HarmonicScales(
            function, inputFractionBits, outputFractionBits, secretFractionBits.clone());
    int doubleWords = 2 * function.harmonicCount() + (function.hasSlope() ? 2 : 0);
    this.correctionWordCount =
        StepParameters.requireArrayLength(layer, 2L * doubleWords * shape.elementCount());
    this.errorBoundUlps = scales.errorBoundUlps();
    double reach = function.maxValue(scales.maxPublic());
    double reachUlps = reach * FixedPoint.powerOfTwo(outputFractionBits) + errorBoundUlps;
    if (!(reachUlps < 0x1.0p31)) {
      throw new IllegalArgumentException(
          "layer "
              + layer
              + ": the activation reaches "
              + reach
              + " on |y| < "
              + scales.maxPublic()
              + ", too much for a word with outputFractionBits "
              + outputFractionBits
              + "; use more inputFractionBits than "
              + inputFractionBits
              + " or fewer outputFractionBits");
    }
  }

  /** Returns the step with the F_k that balance the roundings of each harmonic. */
  public static HarmonicActivation plan(
      int layer,
      Shape shape,
      HarmonicFunction function,
      int inputFractionBits,
      int outputFractionBits) {
    checkBits("inputFractionBits", inputFractionBits);
    checkBits("outputFractionBits", outputFractionBits);
    return new HarmonicActivation(
        layer,
        shape,
        function,
        inputFractionBits,
        outputFractionBits,
        HarmonicScales.balanced(function, outputFractionBits));
  }

  private static int checkBits(String name, int bits) {
    if (bits < 0 || bits > INPUT_BITS) {
      throw new IllegalArgumentException(name + " must be 0 to " + INPUT_BITS + ": " + bits);
    }
    return bits;
  }

  @Override
  public int layer() {
    return layer;
  }

  /** Returns the shape of the input and of the output. */
  public Shape shape() {
    return shape;
  }

  /** Returns the activation functions. */
  public HarmonicFunction function() {
    return function;
  }

  /** Returns fy. */
  public int inputFractionBits() {
    return inputFractionBits;
  }

  /** Returns fx. */
  public int outputFractionBits() {
    return outputFractionBits;
  }

  /** Returns the period of the ring in real units, 2^(32-fy). */
  public double period() {
    return FixedPoint.powerOfTwo(Integer.SIZE - inputFractionBits);
  }

  /** Returns the function of an element. */
  public int channelOf(int element) {
    return element / (shape.elementCount() / function.channelCount());
  }

  @Override
  public Ring ring() {
    return Ring.WORDS;
  }

  @Override
  public int inputCount() {
    return shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return correctionWordCount;
  }

  @Override
  public Purpose correctionPurpose() {
    return Purpose.POWER_SHARE;
  }

  @Override
  public int roundCount() {
    return 1;
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, 1);
    return inputCount();
  }

  /**
   * Returns the dealer's side of an epoch.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public DealerStep dealer(KeyedRandom p0, KeyedRandom p1) {
    return new Dealer(this, p0, p1);
  }

  /**
   * Returns a party's side of an epoch.
   *
   * @param partyId 0 or 1
   * @param random drawn from the key shared with the dealer
   */
  public PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new Party(partyId, this, epoch, random);
  }

  /**
   * Returns an upper bound of |x' - f(y) 2^fx| in units of the last place of the output, for every
   * mask and every |Y| &lt; 2^30, and for every Y of the ring if there is no slope.
   */
  public double errorBoundUlps() {
    return errorBoundUlps;
  }

  /**
   * Returns f(y) 2^fx of every input element, before any rounding to a word: the step's meaning in
   * plaintext, in double arithmetic that every JVM rounds alike.
   *
   * @param input Y, of the step's shape; not written
   * @return a new array
   * @throws IllegalArgumentException if the length is wrong
   */
  public double[] valueUlps(int[] input) {
    if (input.length != inputCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " words, expected " + inputCount());
    }
    double[] values = new double[input.length];
    HarmonicBlock block = new HarmonicBlock(this, scales);
    for (int at = 0; at < input.length; at += HarmonicBlock.MAX_ELEMENTS) {
      block.valueUlps(input, values, at, Math.min(HarmonicBlock.MAX_ELEMENTS, input.length - at));
    }
    return values;
  }

  /** Returns how many bytes {@link #encode} writes. */
  public int encodedLengthBytes() {
    return 2 + function.encodedLengthBytes() + function.harmonicCount();
  }

  /** Writes everything but layer and shape: fy, fx, the function, F_1 to F_K, one byte each. */
  public void encode(ByteBuffer buffer) {
    buffer.put((byte) inputFractionBits).put((byte) outputFractionBits);
    function.encode(buffer);
    for (int bits : scales.secretFractionBits()) {
      buffer.put((byte) bits);
    }
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is not an encoding, or one of a step that cannot be
   */
  public static HarmonicActivation decode(int layer, Shape shape, ByteBuffer buffer) {
    try {
      int inputFractionBits = buffer.get();
      int outputFractionBits = buffer.get();
      HarmonicFunction function = HarmonicFunction.decode(buffer);
      int[] bits = new int[function.harmonicCount()];
      for (int k = 0; k < bits.length; k++) {
        bits[k] = buffer.get();
      }
      return new HarmonicActivation(
          layer, shape, function, inputFractionBits, outputFractionBits, bits);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("encoded harmonic activation step is truncated", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HarmonicActivation that
        && layer == that.layer
        && shape.equals(that.shape)
        && function.equals(that.function)
        && inputFractionBits == that.inputFractionBits
        && outputFractionBits == that.outputFractionBits
        && Arrays.equals(scales.secretFractionBits(), that.scales.secretFractionBits());
  }

  @Override
  public int hashCode() {
    int bits = Arrays.hashCode(scales.secretFractionBits());
    return Objects.hash(layer, shape, function, inputFractionBits, outputFractionBits, bits);
  }

  @Override
  public String toString() {
    return "HarmonicActivation[layer="
        + layer
        + ", shape="
        + shape
        + ", function="
        + function
        + ", fy="
        + inputFractionBits
        + ", fx="
        + outputFractionBits
        + "]";
  }

  /** Shares the secret terms of the mask, whatever the mask is. */
  private static final class Dealer extends DealerStep {
    private final HarmonicActivation step;

    Dealer(HarmonicActivation step, KeyedRandom p0, KeyedRandom p1) {
      super(step, p0, p1);
      this.step = step;
    }

    @Override
    protected void complete(SessionId session, int[] planes, WorkSplitter splitter) {
      // 1. r = r_0 + r_1; every drawn share is replaced by the term less it.
      int count = step.inputCount();
      int[] mask = sharedWords(label(session, 0, Purpose.ACTIVATION_MASK), count, splitter);
      ElementParts.run(count, splitter, (from, to) -> dealPart(mask, planes, from, to));
    }

    private void dealPart(int[] mask, int[] planes, int from, int to) {
      HarmonicBlock block = new HarmonicBlock(step, step.scales);
      for (int at = from; at < to; at += HarmonicBlock.MAX_ELEMENTS) {
        block.deal(mask, planes, at, Math.min(HarmonicBlock.MAX_ELEMENTS, to - at));
      }
    }
  }

  private static final class Party extends PartyStep {
    private final HarmonicActivation step;

    Party(int partyId, HarmonicActivation step, long epoch, KeyedRandom random) {
      super(partyId, step, epoch, random);
      this.step = step;
    }

    @Override
    protected Material material(SessionId session, int[] planes, WorkSplitter splitter) {
      int[] mask = drawWords(session, 0, Purpose.ACTIVATION_MASK, step.inputCount(), splitter);
      return input -> new Execution(((WordShare) input).words(), mask, planes);
    }

    private final class Execution extends StepExecution {
      private int[] y;

      /** The mask's share, then this party's masked input, then c, then the output. */
      private int[] words;

      /** Shares of the secret terms. */
      private int[] planes;

      Execution(int[] y, int[] mask, int[] planes) {
        super(Party.this);
        this.y = y;
        this.words = mask;
        this.planes = planes;
      }

      @Override
      protected int[] firstRound() {
        // 2. Send Y_i + r_i, P0 with 2^30 added.
        int offset = partyId() == 0 ? OPENING_OFFSET : 0;
        for (int i = 0; i < words.length; i++) {
          words[i] += y[i] + offset;
        }
        y = null;
        return words.clone();
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 2. Open c.
        Words.add(words, fromPeer);
        ElementParts.run(words.length, splitter, this::evaluate);
        planes = null;
        return null;
      }

      @Override
      protected Share finish() {
        return WordShare.of(step.shape, words);
      }

      /** 3. and 4. Replaces c by the output, block by block. */
      private void evaluate(int from, int to) {
        HarmonicBlock block = new HarmonicBlock(step, step.scales);
        for (int at = from; at < to; at += HarmonicBlock.MAX_ELEMENTS) {
          int count = Math.min(HarmonicBlock.MAX_ELEMENTS, to - at);
          block.evaluate(partyId(), words, planes, at, count);
        }
      }
    }
  }
}
