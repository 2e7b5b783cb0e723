// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A step of the fused suite that maps elements one by one, x' = f(y), and changes the fraction bits
 * from fy to fx in the same round. What its protocols have in common: the dealer draws a mask r and
 * shares secret terms of it, both parties open c = Y + 2^30 + r, and each computes its share of x'
 * from c and its shares of the terms. The protocols say which terms ({@link FunctionBlock}).
 *
 * <p>Both protocols number their steps alike. This class draws r (step 1) and opens c (step 2).
 * Their blocks share the terms of r (step 1, {@link FunctionBlock#deal}) and compute the output
 * from c (steps 3 and 4, {@link FunctionBlock#evaluate}).
 *
 * <p>A correction holds 64-bit planes one after the other, each a plane of low words and one of
 * high words. Immutable and thread-safe.
 */
public abstract sealed class FusedFunction implements OneRoundStep
    permits FusedActivation, HarmonicActivation {
  /** |Y| stays below 2 to this power. */
  public static final int INPUT_BITS = 30;

  private final int layer;
  private final Shape shape;
  private final int inputFractionBits;
  private final int outputFractionBits;
  private final int correctionWordCount;

  /**
   * Checks what all protocols have in common.
   *
   * @param doubleWordsPerElement of a correction
   */
  FusedFunction(
      int layer,
      Shape shape,
      int inputFractionBits,
      int outputFractionBits,
      int doubleWordsPerElement) {
    OneRoundStep.requireLayer(layer);
    this.layer = layer;
    this.shape = Objects.requireNonNull(shape, "shape");
    requireBits(inputFractionBits, outputFractionBits);
    this.inputFractionBits = inputFractionBits;
    this.outputFractionBits = outputFractionBits;
    this.correctionWordCount =
        StepParameters.requireArrayLength(layer, 2L * doubleWordsPerElement * shape.elementCount());
  }

  static void requireBits(int inputFractionBits, int outputFractionBits) {
    requireBits("inputFractionBits", inputFractionBits);
    requireBits("outputFractionBits", outputFractionBits);
  }

  private static void requireBits(String name, int bits) {
    if (bits < 0 || bits > INPUT_BITS) {
      throw new IllegalArgumentException(name + " must be 0 to " + INPUT_BITS + ": " + bits);
    }
  }

  /**
   * Checks that no output exceeds a word.
   *
   * @param maxValue bounds |f|
   * @param errorBoundUlps bounds the step's error
   */
  final void requireReach(double maxValue, double errorBoundUlps) {
    double reachUlps = maxValue * FixedPoint.powerOfTwo(outputFractionBits) + errorBoundUlps;
    if (!(reachUlps < 0x1.0p31)) {
      throw new IllegalArgumentException(
          "layer "
              + layer
              + ": the activation reaches "
              + maxValue
              + " on |y| < "
              + inputBound()
              + ", too much for a word with outputFractionBits "
              + outputFractionBits
              + "; use more inputFractionBits than "
              + inputFractionBits
              + " or fewer outputFractionBits");
    }
  }

  @Override
  public final int layer() {
    return layer;
  }

  /** Returns the shape of the input and of the output. */
  public final Shape shape() {
    return shape;
  }

  /** Returns fy. */
  public final int inputFractionBits() {
    return inputFractionBits;
  }

  /** Returns fx. */
  public final int outputFractionBits() {
    return outputFractionBits;
  }

  /** Returns the bound of |y|, 2^(30-fy). */
  final double inputBound() {
    return inputBound(inputFractionBits);
  }

  static double inputBound(int inputFractionBits) {
    return FixedPoint.powerOfTwo(INPUT_BITS - inputFractionBits);
  }

  @Override
  public final int inputCount() {
    return shape.elementCount();
  }

  @Override
  public final int correctionWordCount() {
    return correctionWordCount;
  }

  @Override
  public final Purpose correctionPurpose() {
    return Purpose.POWER_SHARE;
  }

  /** Returns f; equal functions, and only those, are equal. */
  abstract Object function();

  /** Returns how many fraction bits each secret term has; the caller owns the array. */
  abstract int[] secretFractionBits();

  /** Returns the protocol's arithmetic for one thread. */
  abstract FunctionBlock newBlock(BlockKernel kernel);

  /**
   * Returns an upper bound of |x' - f(y) 2^fx| in units of the last place of the output, for every
   * mask and every |Y| &lt; 2^30.
   */
  public abstract double errorBoundUlps();

  /** Writes f(y) 2^fx of every input element; the arrays are of the step's length. */
  abstract void valueUlps(int[] input, double[] values);

  /** Returns an upper bound of the slope of f at an element, between two real inputs. */
  public abstract double derivativeBound(int element, double lo, double hi);

  /**
   * Returns f(y) 2^fx of every input element, before any rounding to a word: the step's meaning in
   * plaintext, in double arithmetic that every JVM rounds alike.
   *
   * @param input Y, of the step's shape; not written
   * @return a new array
   * @throws IllegalArgumentException if the length is wrong
   */
  public final double[] valueUlps(int[] input) {
    if (input.length != inputCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " words, expected " + inputCount());
    }
    double[] values = new double[input.length];
    valueUlps(input, values);
    return values;
  }

  /** Returns how many bytes {@link #encode} writes. */
  public final int encodedLengthBytes() {
    return 2 + functionLengthBytes() + secretFractionBits().length;
  }

  abstract int functionLengthBytes();

  abstract void encodeFunction(ByteBuffer buffer);

  /**
   * Writes everything but layer and shape: fy, fx, the function, the fraction bits of the secret
   * terms, one byte each.
   */
  public final void encode(ByteBuffer buffer) {
    buffer.put((byte) inputFractionBits).put((byte) outputFractionBits);
    encodeFunction(buffer);
    for (int bits : secretFractionBits()) {
      buffer.put((byte) bits);
    }
  }

  /** Reads what follows the fraction bits of input and output. */
  @FunctionalInterface
  interface Decoder<S extends FusedFunction> {
    S decode(int inputFractionBits, int outputFractionBits);
  }

  /** Reads what {@link #encode} wrote. */
  static <S extends FusedFunction> S decode(ByteBuffer buffer, Decoder<S> decoder) {
    try {
      int inputFractionBits = buffer.get();
      int outputFractionBits = buffer.get();
      return decoder.decode(inputFractionBits, outputFractionBits);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("encoded activation step is truncated", e);
    }
  }

  /** Reads the fraction bits of secret terms. */
  static int[] takeBits(ByteBuffer buffer, int count) {
    int[] bits = new int[count];
    for (int i = 0; i < count; i++) {
      bits[i] = buffer.get();
    }
    return bits;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof FusedFunction that
        && layer == that.layer
        && shape.equals(that.shape)
        && function().equals(that.function())
        && inputFractionBits == that.inputFractionBits
        && outputFractionBits == that.outputFractionBits
        && Arrays.equals(secretFractionBits(), that.secretFractionBits());
  }

  @Override
  public final int hashCode() {
    int bits = Arrays.hashCode(secretFractionBits());
    return Objects.hash(layer, shape, function(), inputFractionBits, outputFractionBits, bits);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "[layer="
        + layer
        + ", shape="
        + shape
        + ", function="
        + function()
        + ", fy="
        + inputFractionBits
        + ", fx="
        + outputFractionBits
        + "]";
  }

  /**
   * Returns the dealer's side of an epoch.
   *
   * @param receiver who is sent the corrections
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public final DealerStep dealer(CorrectionReceiver receiver, KeyedRandom p0, KeyedRandom p1) {
    return new Dealer(this, receiver, p0, p1);
  }

  /**
   * Returns a party's side of an epoch.
   *
   * @param partyId 0 or 1
   * @param receiver who is sent the corrections
   * @param random drawn from the key shared with the dealer
   */
  public final PartyStep party(
      int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random) {
    return new Party(partyId, this, receiver, epoch, random);
  }

  /** Work on consecutive elements, with the scratch of a block. */
  @FunctionalInterface
  private interface BlockWork {
    void run(FunctionBlock block, int at, int count);
  }

  private void forEachBlock(WorkSplitter splitter, BlockWork work) {
    ElementParts.run(
        inputCount(),
        splitter,
        (from, to) -> {
          FunctionBlock block = newBlock(BlockKernel.best());
          for (int at = from; at < to; at += FunctionBlock.MAX_ELEMENTS) {
            work.run(block, at, Math.min(FunctionBlock.MAX_ELEMENTS, to - at));
          }
        });
  }

  /** Shares the secret terms of the mask, whatever the mask is. */
  private static final class Dealer extends DealerStep {
    private final FusedFunction step;

    Dealer(FusedFunction step, CorrectionReceiver receiver, KeyedRandom p0, KeyedRandom p1) {
      super(step, receiver, p0, p1);
      this.step = step;
    }

    @Override
    protected void complete(SessionId session, int[] planes, WorkSplitter splitter) {
      // 1. r = r_0 + r_1; the block replaces every drawn share by the term less it.
      MaskLabel label = label(session, 0, Purpose.ACTIVATION_MASK);
      int[] mask = sharedWords(label, step.inputCount(), splitter);
      step.forEachBlock(splitter, (block, at, count) -> block.deal(mask, planes, at, count));
      release(mask);
    }
  }

  private static final class Party extends PartyStep {
    private final FusedFunction step;

    Party(
        int partyId,
        FusedFunction step,
        CorrectionReceiver receiver,
        long epoch,
        KeyedRandom random) {
      super(partyId, step, receiver, epoch, random);
      this.step = step;
    }

    @Override
    protected Material material(SessionId session, int[] planes, WorkSplitter splitter) {
      int[] mask = drawWords(session, 0, Purpose.ACTIVATION_MASK, step.inputCount(), splitter);
      return new Material() {
        @Override
        public StepExecution open(Share input) {
          return new Execution(((WordShare) input).words(), mask, planes);
        }

        @Override
        public int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
          return witnessOf(session, mask, planes, peerMasks, splitter);
        }
      };
    }

    /** Returns P0's shares of the terms: P1 takes its own away from the terms, as the dealer. */
    private int[] witnessOf(
        SessionId session, int[] mask, int[] planes, KeyedRandom peerMasks, WorkSplitter splitter) {
      if (partyId() == 1) {
        addDrawn(peerMasks, session, Purpose.ACTIVATION_MASK, mask, splitter);
        step.forEachBlock(splitter, (block, at, count) -> block.deal(mask, planes, at, count));
      }
      release(mask);
      return planes;
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
        int offset = partyId() == 0 ? FunctionBlock.OPENING_OFFSET : 0;
        for (int i = 0; i < words.length; i++) {
          words[i] += y[i] + offset;
        }
        y = null;
        return copy(words);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 2. Open c.
        Words.add(words, fromPeer);
        // 3. and 4. The block replaces c by the output.
        step.forEachBlock(
            splitter, (block, at, count) -> block.evaluate(partyId(), words, planes, at, count));
        release(planes);
        planes = null;
        return null;
      }

      @Override
      protected Share finish() {
        return WordShare.of(step.shape, words);
      }
    }
  }
}
