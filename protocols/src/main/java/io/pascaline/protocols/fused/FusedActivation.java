// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * Public parameters of an activation step: x' = f(y) with a change of the fraction bits from fy to
 * fx in the same round. Immutable.
 *
 * <p>The input Y, a word with fy fraction bits, must satisfy |Y| &lt; 2^30 (the layer's bound, by
 * which fy is chosen). The dealer draws a word mask r and the parties open c = Y + 2^30 + r. As 0
 * &lt; Y + 2^30 &lt; 2^31, the top bit of c tells how to read r without a wrap: 1, as unsigned; 0,
 * as signed. So Y = C' - R' with public C' = (c mod 2^31) - 2^30 and secret R' in [-2^31, 2^31):
 * reading 0, for a set top bit, is r - 2^31, and reading 1 is r. With C = C' 2^-fy, R = R' 2^-fy,
 *
 * <pre>  f(C - R) = g_0(C) + sum over j = 1..n of g_j(C) h_j(R)</pre>
 *
 * <p>The dealer shares round(h_j(R) 2^F_j) in Z_2^64 for both readings. A party computes p_i = [i =
 * 0] (round(g_0 2^T) + 2^32) + sum of round(g_j 2^(T-F_j)) [h_j]_i with T = fx + 32 and keeps the
 * high word. F_j balances the two roundings; terms with the factor 1 have F_j = T. Cutting shares
 * to the high word takes one unit in the last place in the mean, which the 2^32 gives back: what is
 * left is an unbiased rounding to one of the two neighbours.
 *
 * <p>Beyond the layer's bound nothing detects the excess, and the result depends on the mask: for
 * 2^30 &lt;= |Y| &lt; 2^31 a share (|Y| - 2^30) / 2^31 of the masks selects the wrong reading, and
 * the element becomes f(y - 2^(32-fy)) for a positive y and f(y + 2^(32-fy)) for a negative one;
 * under the other masks it is f(y). Two runs on the same input can differ. The opening shows
 * nothing of the excess, since r is uniform and used once.
 *
 * <p>Rounds: 1. Online: 4 bytes per element and direction. Correction: 2 readings * n terms * 8
 * bytes per element, to one party. Error: {@link #errorBoundUlps}. Probability of failure: 0.
 * Security: see the package.
 */
public final class FusedActivation {
  /** |Y| stays below 2 to this power. */
  public static final int INPUT_BITS = 30;

  static final int READINGS = 2;

  /** Added by P0 to make the opened tensor's hidden part positive. */
  static final int OPENING_OFFSET = 1 << INPUT_BITS;

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
    this.correctionWordCount = correctionWords();
    this.errorBoundUlps = ActivationError.boundUlps(this);
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

  private int correctionWords() {
    long words = 2L * READINGS * basis.termCount() * shape.elementCount();
    if (words > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "layer "
              + layer
              + ": a correction of "
              + words
              + " words for shape "
              + shape
              + " exceeds an array");
    }
    return (int) words;
  }

  /**
   * Returns where the low words of a term begin in a correction; its high words follow them. Planes
   * of reading 0 come first, terms in order.
   */
  int planeOffset(int reading, int term) {
    return 2 * (reading * basis.termCount() + term - 1) * shape.elementCount();
  }

  TermScales scales() {
    return scales;
  }

  MaskLabel label(SessionId session, Purpose purpose) {
    return new MaskLabel(session, layer, 0, purpose);
  }

  /** Returns the layer's id in the plan. */
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

  /** Returns T = fx + 32. */
  public int totalBits() {
    return scales.totalBits();
  }

  /** Returns a copy of F_1 to F_n. */
  public int[] secretFractionBits() {
    return scales.secretFractionBits();
  }

  /** Returns the words of one correction: 2 readings * n terms * 2 words per element. */
  public int correctionWordCount() {
    return correctionWordCount;
  }

  /**
   * Returns an upper bound of |x' - f(y) 2^fx| in units of the last place of the output, for every
   * mask and every |Y| &lt; 2^30: 1 for the cut plus all roundings of the encoded terms.
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
      throw new IllegalArgumentException("encoded activation step is cut short", e);
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
}
