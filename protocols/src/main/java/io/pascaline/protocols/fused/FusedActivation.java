// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
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
 * An activation step of the fused suite: x' = f(y) with a change of the fraction bits from fy to fx
 * in the same round.
 *
 * <p>The input Y, a word with fy fraction bits, must satisfy |Y| &lt; 2^30 (the layer's bound, by
 * which fy is chosen). Then 0 &lt; Y + 2^30 &lt; 2^31, and after the opening of c = Y + 2^30 + r
 * the top bit of c tells how to read r without a wrap: 1, as unsigned; 0, as signed. So Y = C' - R'
 * with public C' = (c mod 2^31) - 2^30 and secret R' in [-2^31, 2^31): reading 0, for a set top
 * bit, is r - 2^31, and reading 1 is r. With C = C' 2^-fy and R = R' 2^-fy ({@link
 * ActivationBasis}),
 *
 * <pre>
 *   f(C - R) = g_0(C) + sum over j = 1..n of g_j(C) h_j(R)
 *
 *   offline, per inference
 *     1   The dealer draws r and shares round(h_j(R) 2^F_j) in Z_2^64, for both readings and
 *         j = 1..n.
 *   online, per inference, with T = fx + 32
 *     2   Party i sends Y_i + r_i, P0 with 2^30 added; both open c.
 *     3   The top bit of c selects the reading whose shares are used from here on.
 *     4   Party i computes p_i = sum of round(g_j(C) 2^(T-F_j)) [h_j]_i, P0 with
 *         round(g_0(C) 2^T) + 2^32 added, and outputs the high word of p_i.
 * </pre>
 *
 * <p>F_j balances the two roundings; terms with the factor 1 have F_j = T ({@link TermScales}).
 * Truncating shares to the high word takes one unit in the last place in the mean, which the 2^32
 * gives back: what is left is an unbiased rounding to one of the two neighbours. It cannot wrap,
 * because the ring shrinks with the value.
 *
 * <p>Beyond the layer's bound nothing detects the excess, and the result depends on the mask: for
 * 2^30 &lt;= |Y| &lt; 2^31 a share (|Y| - 2^30) / 2^31 of the masks selects the wrong reading, and
 * the element becomes f(y - 2^(32-fy)) for a positive y and f(y + 2^(32-fy)) for a negative one;
 * under the other masks it is f(y). Two runs on the same input can differ. The opening shows
 * nothing of the excess, since r is uniform and used once.
 *
 * <p>Rounds: 1. Online: 4 bytes per element and direction. Correction: 2 readings * n terms * 8
 * bytes per element, to one party. Error: {@link #errorBoundUlps}. Probability of failure: 0 within
 * the layer's bound. Security: see the package. Source: this project's, after the single-round
 * activations of A. Diaa et al., "Fast and Private Inference of Deep Neural Networks by
 * Co-designing Activation Functions", USENIX Security 2024. Immutable.
 */
public final class FusedActivation implements StepParameters {
  /** |Y| stays below 2 to this power. */
  public static final int INPUT_BITS = 30;

  private static final int READINGS = 2;

  /** Added by P0 to make the opened tensor's hidden part positive. */
  private static final int OPENING_OFFSET = 1 << INPUT_BITS;

  private static final int BLOCK_ELEMENTS = 512;

  private final int layer;
  private final Shape shape;
  private final ActivationBasis basis;
  private final int inputFractionBits;
  private final int outputFractionBits;
  private final TermScales scales;
  private final int correctionWordCount;
  private final double errorBoundUlps;

  /**
   * Creates the step with given F_j, as a plan holds them.
   *
   * @param layer the layer's id in the plan
   * @param inputFractionBits fy, 0 to 30
   * @param outputFractionBits fx, 0 to 30
   * @param secretFractionBits F_1 to F_n; copied
   * @throws IllegalArgumentException if a number is out of range, or f exceeds a word with fx
   *     fraction bits somewhere in |y| &lt; 2^(30-fy), or a term exceeds what can be encoded
   */
  public FusedActivation(
      int layer,
      Shape shape,
      ActivationBasis basis,
      int inputFractionBits,
      int outputFractionBits,
      int... secretFractionBits) {
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    this.layer = layer;
    this.shape = Objects.requireNonNull(shape, "shape");
    this.basis = Objects.requireNonNull(basis, "basis");
    this.inputFractionBits = checkBits("inputFractionBits", inputFractionBits, INPUT_BITS);
    this.outputFractionBits = checkBits("outputFractionBits", outputFractionBits, INPUT_BITS);
    this.scales =
        new TermScales(basis, inputFractionBits, outputFractionBits, secretFractionBits.clone());
    this.correctionWordCount =
        StepParameters.requireArrayLength(
            layer, 2L * READINGS * basis.termCount() * shape.elementCount());
    this.errorBoundUlps = scales.errorBoundUlps();
    double reach = basis.maxValue(scales.maxPublic());
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

  /** Returns the step with the F_j that balance the two roundings of each term. */
  public static FusedActivation plan(
      int layer,
      Shape shape,
      ActivationBasis basis,
      int inputFractionBits,
      int outputFractionBits) {
    checkBits("inputFractionBits", inputFractionBits, INPUT_BITS);
    checkBits("outputFractionBits", outputFractionBits, INPUT_BITS);
    return new FusedActivation(
        layer,
        shape,
        basis,
        inputFractionBits,
        outputFractionBits,
        TermScales.balanced(basis, inputFractionBits, outputFractionBits));
  }

  private static int checkBits(String name, int bits, int max) {
    if (bits < 0 || bits > max) {
      throw new IllegalArgumentException(name + " must be 0 to " + max + ": " + bits);
    }
    return bits;
  }

  /**
   * Returns where the low words of a term begin in a correction; its high words follow them. Planes
   * of reading 0 come first, terms in order.
   */
  private int planeOffset(int reading, int term) {
    return 2 * (reading * basis.termCount() + term - 1) * shape.elementCount();
  }

  @Override
  public int layer() {
    return layer;
  }

  /** Returns the shape of the input and of the output. */
  public Shape shape() {
    return shape;
  }

  /** Returns the activation function. */
  public ActivationBasis basis() {
    return basis;
  }

  /** Returns fy. */
  public int inputFractionBits() {
    return inputFractionBits;
  }

  /** Returns fx. */
  public int outputFractionBits() {
    return outputFractionBits;
  }

  /** Returns a copy of F_1 to F_n. */
  public int[] secretFractionBits() {
    return scales.secretFractionBits();
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
   * mask and every |Y| &lt; 2^30: 1 for the truncation plus all roundings of the encoded terms.
   */
  public double errorBoundUlps() {
    return errorBoundUlps;
  }

  /** Returns how many bytes {@link #encode} writes. */
  public int encodedLengthBytes() {
    return 2 + basis.encodedLengthBytes() + basis.termCount();
  }

  /** Writes everything but layer and shape: fy, fx, the basis, F_1 to F_n, one byte each. */
  public void encode(ByteBuffer buffer) {
    buffer.put((byte) inputFractionBits).put((byte) outputFractionBits);
    basis.encode(buffer);
    for (int bits : scales.secretFractionBits()) {
      buffer.put((byte) bits);
    }
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is not an encoding, or one of a step that cannot be
   */
  public static FusedActivation decode(int layer, Shape shape, ByteBuffer buffer) {
    try {
      int inputFractionBits = buffer.get();
      int outputFractionBits = buffer.get();
      ActivationBasis basis = ActivationBasis.decode(buffer);
      int[] bits = new int[basis.termCount()];
      for (int j = 0; j < bits.length; j++) {
        bits[j] = buffer.get();
      }
      return new FusedActivation(layer, shape, basis, inputFractionBits, outputFractionBits, bits);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("encoded activation step is truncated", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FusedActivation that
        && layer == that.layer
        && shape.equals(that.shape)
        && basis.equals(that.basis)
        && inputFractionBits == that.inputFractionBits
        && outputFractionBits == that.outputFractionBits
        && Arrays.equals(secretFractionBits(), that.secretFractionBits());
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        layer,
        shape,
        basis,
        inputFractionBits,
        outputFractionBits,
        Arrays.hashCode(secretFractionBits()));
  }

  @Override
  public String toString() {
    return "FusedActivation[layer="
        + layer
        + ", shape="
        + shape
        + ", basis="
        + basis
        + ", fy="
        + inputFractionBits
        + ", fx="
        + outputFractionBits
        + "]";
  }

  /** Shares the secret terms of both readings of the mask, whatever the mask is. */
  private static final class Dealer extends DealerStep {
    private final FusedActivation step;

    Dealer(FusedActivation step, KeyedRandom p0, KeyedRandom p1) {
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
      TermScales scales = step.scales;
      double[] r = new double[BLOCK_ELEMENTS];
      double[] terms = new double[BLOCK_ELEMENTS];
      long[] encoded = new long[BLOCK_ELEMENTS];
      for (int at = from; at < to; at += BLOCK_ELEMENTS) {
        int count = Math.min(BLOCK_ELEMENTS, to - at);
        for (int reading = 0; reading < READINGS; reading++) {
          // r - 2^31 for an unsigned r is r with its top bit turned, read as signed.
          int turned = reading == 0 ? Integer.MIN_VALUE : 0;
          for (int i = 0; i < count; i++) {
            r[i] = (mask[at + i] ^ turned) * scales.inputUnit();
          }
          for (int term = 1; term <= step.basis.termCount(); term++) {
            step.basis.secretTerms(term, r, terms, count);
            scales.encodeTerms(term, terms, encoded, count);
            int low = step.planeOffset(reading, term) + at;
            int high = low + step.inputCount();
            DoubleWordPlanes.subtractFrom(encoded, count, planes, low, high);
          }
        }
      }
    }
  }

  private static final class Party extends PartyStep {
    private final FusedActivation step;

    Party(int partyId, FusedActivation step, long epoch, KeyedRandom random) {
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

      /** Shares of the terms of both readings. */
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

      /** Replaces c by the output, block by block. */
      private void evaluate(int from, int to) {
        double unit = step.scales.inputUnit();
        double[] c = new double[BLOCK_ELEMENTS];
        double[] factors = new double[BLOCK_ELEMENTS];
        long[] encoded = new long[BLOCK_ELEMENTS];
        long[] sums = new long[BLOCK_ELEMENTS];
        for (int at = from; at < to; at += BLOCK_ELEMENTS) {
          int count = Math.min(BLOCK_ELEMENTS, to - at);
          for (int i = 0; i < count; i++) {
            c[i] = ((words[at + i] & Integer.MAX_VALUE) - OPENING_OFFSET) * unit;
          }
          startSums(c, factors, sums, count);
          for (int term = 1; term <= step.basis.termCount(); term++) {
            encodeFactors(term, c, factors, encoded, count);
            addTerm(term, words, planes, at, encoded, sums, count);
          }
          // 4. The high word.
          for (int i = 0; i < count; i++) {
            words[at + i] = (int) (sums[i] >>> 32);
          }
        }
      }
    }

    /** 4. At P0, round(g_0(C) 2^T) + 2^32. */
    private void startSums(double[] c, double[] factors, long[] sums, int count) {
      if (partyId() != 0) {
        Arrays.fill(sums, 0, count, 0);
        return;
      }
      step.basis.publicFactors(0, c, factors, count);
      step.scales.encodeFactors(0, factors, sums, count);
      for (int i = 0; i < count; i++) {
        sums[i] += 1L << 32;
      }
    }

    private void encodeFactors(int term, double[] c, double[] factors, long[] encoded, int count) {
      if (step.basis.unitFactor(term)) {
        Arrays.fill(encoded, 0, count, 1);
        return;
      }
      step.basis.publicFactors(term, c, factors, count);
      step.scales.encodeFactors(term, factors, encoded, count);
    }

    /** 3. and 4. Adds factor times share, in the reading that the top bit of c selects. */
    private void addTerm(
        int term, int[] words, int[] planes, int at, long[] encoded, long[] sums, int count) {
      int elementCount = step.inputCount();
      int set = step.planeOffset(0, term) + at;
      int clear = step.planeOffset(1, term) + at;
      for (int i = 0; i < count; i++) {
        int choice = words[at + i] >> 31;
        int low = planes[clear + i] ^ ((planes[clear + i] ^ planes[set + i]) & choice);
        int highSet = planes[set + elementCount + i];
        int highClear = planes[clear + elementCount + i];
        int high = highClear ^ ((highClear ^ highSet) & choice);
        sums[i] += encoded[i] * (((long) high << 32) | (low & 0xFFFFFFFFL));
      }
    }
  }
}
