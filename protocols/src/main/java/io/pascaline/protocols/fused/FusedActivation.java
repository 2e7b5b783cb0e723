// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An activation step of the fused suite: x' = f(y) with a change of the fraction bits from fy to fx
 * in the same round.
 *
 * <p>The input Y, a word with fy fraction bits, must satisfy |Y| &lt; 2^30 (the layer's bound, by
 * which fy is chosen). Then 0 &lt; Y + 2^30 &lt; 2^31, and after the opening of c = Y + 2^30 + r
 * the top bit of c tells for which representative of r, an integer that stands for it, the sum does
 * not wrap: the unsigned one if the bit is set, else the signed one. So Y = C' - R' with public C'
 * = (c mod 2^31) - 2^30 and secret R' in [-2^31, 2^31): R' is representative 0, the unsigned one,
 * less 2^31 (the bit that C' lacks), or representative 1, the signed one. With C = C' 2^-fy and R =
 * R' 2^-fy ({@link ActivationBasis}),
 *
 * <pre>
 *   f(C - R) = g_0(C) + sum over j = 1..n of g_j(C) h_j(R)
 *
 *   offline, per inference
 *     1   The dealer draws r and shares round(h_j(R) 2^F_j) in Z_2^64, for both
 *         representatives and j = 1..n.
 *   online, per inference, with T = fx + 32
 *     2   Party i sends Y_i + r_i, P0 with 2^30 added; both open c.
 *     3   The top bit of c selects the representative whose shares are used from here on.
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
 * 2^30 &lt;= |Y| &lt; 2^31 a share (|Y| - 2^30) / 2^31 of the masks selects the wrong
 * representative, and the element becomes f(y - 2^(32-fy)) for a positive y and f(y + 2^(32-fy))
 * for a negative one; under the other masks it is f(y). Two runs on the same input can differ. The
 * opening shows nothing of the excess, since r is uniform and used once.
 *
 * <p>Rounds: 1. Online: 4 bytes per element and direction. Correction: 16 bytes per term and
 * element, to one party. Error: {@link #errorBoundUlps}. Probability of failure: 0 within the
 * layer's bound. Security: see the package. Source: this project's, after the single-round
 * activations of A. Diaa et al., "Fast and Private Inference of Deep Neural Networks by
 * Co-designing Activation Functions", USENIX Security 2024. Immutable.
 */
public final class FusedActivation extends FusedFunction {
  private final ActivationBasis basis;
  private final TermScales scales;
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
    super(
        layer,
        shape,
        inputFractionBits,
        outputFractionBits,
        FunctionBlock.REPRESENTATIVES * basis.termCount());
    this.basis = basis;
    this.scales =
        new TermScales(basis, inputFractionBits, outputFractionBits, secretFractionBits.clone());
    this.errorBoundUlps = scales.errorBoundUlps();
    requireReach(basis.maxValue(inputBound()), errorBoundUlps);
  }

  /** Returns the step with the F_j that balance the two roundings of each term. */
  public static FusedActivation plan(
      int layer,
      Shape shape,
      ActivationBasis basis,
      int inputFractionBits,
      int outputFractionBits) {
    requireBits(inputFractionBits, outputFractionBits);
    return new FusedActivation(
        layer,
        shape,
        basis,
        inputFractionBits,
        outputFractionBits,
        TermScales.balanced(basis, inputFractionBits, outputFractionBits));
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is not an encoding, or one of a step that cannot be
   */
  public static FusedActivation decode(int layer, Shape shape, ByteBuffer buffer) {
    return decode(
        buffer,
        (fy, fx) -> {
          ActivationBasis basis = ActivationBasis.decode(buffer);
          int[] bits = takeBits(buffer, basis.termCount());
          return new FusedActivation(layer, shape, basis, fy, fx, bits);
        });
  }

  /** Returns the activation function. */
  public ActivationBasis basis() {
    return basis;
  }

  @Override
  ActivationBasis function() {
    return basis;
  }

  @Override
  int[] secretFractionBits() {
    return scales.secretFractionBits();
  }

  /**
   * Returns an upper bound of |x' - f(y) 2^fx| in units of the last place of the output, for every
   * mask and every |Y| &lt; 2^30: 1 for the truncation plus all roundings of the encoded terms.
   */
  @Override
  public double errorBoundUlps() {
    return errorBoundUlps;
  }

  @Override
  void valueUlps(int[] input, double[] values) {
    for (int i = 0; i < input.length; i++) {
      double y = Math.scalb((double) input[i], -inputFractionBits());
      values[i] = Math.scalb(basis.value(y), outputFractionBits());
    }
  }

  @Override
  public double derivativeBound(int element, double lo, double hi) {
    return basis.derivativeBound(lo, hi);
  }

  @Override
  int functionLengthBytes() {
    return basis.encodedLengthBytes();
  }

  @Override
  void encodeFunction(ByteBuffer buffer) {
    basis.encode(buffer);
  }

  @Override
  FunctionBlock newBlock(BlockKernel kernel) {
    return new Block(this, kernel);
  }

  /** A correction holds the terms' planes of representative 0, then those of representative 1. */
  private static final class Block extends FunctionBlock {
    private final ActivationBasis basis;
    private final TermScales scales;

    /** R at the dealer, C at a party. */
    private final double[] arguments = new double[MAX_ELEMENTS];

    private final double[] values = new double[MAX_ELEMENTS];

    Block(FusedActivation step, BlockKernel kernel) {
      super(step, kernel);
      this.basis = step.basis;
      this.scales = step.scales;
    }

    private int plane(int representative, int term) {
      return representative * basis.termCount() + term - 1;
    }

    @Override
    void deal(int[] mask, int[] planes, int at, int count) {
      // 1. round(h_j(R) 2^F_j), for both representatives.
      for (int representative = 0; representative < REPRESENTATIVES; representative++) {
        readMask(mask, representative, at, arguments, count);
        for (int term = 1; term <= basis.termCount(); term++) {
          basis.secretTerms(term, arguments, values, count);
          scales.encodeTerms(kernel, term, values, encoded, count);
          complete(plane(representative, term), planes, at, count);
        }
      }
    }

    @Override
    void evaluate(int partyId, int[] opened, int[] planes, int at, int count) {
      readOpened(opened, at, arguments, count);
      if (partyId == 0) {
        // 4. At P0, round(g_0(C) 2^T) + 2^32.
        basis.publicFactors(0, arguments, values, count);
        scales.encodeFactors(kernel, 0, values, sums, count);
        addTruncationUnit(count);
      } else {
        clearSums(count);
      }
      for (int term = 1; term <= basis.termCount(); term++) {
        // 3. and 4. round(g_j(C) 2^(T-F_j)) times the share of the selected representative's term.
        encodeFactors(term, count);
        addSelected(plane(0, term), plane(1, term), opened, planes, at, count);
      }
      // 4. The high word.
      truncate(opened, at, count);
    }

    private void encodeFactors(int term, int count) {
      if (basis.unitFactor(term)) {
        Arrays.fill(encoded, 0, count, 1);
        return;
      }
      basis.publicFactors(term, arguments, values, count);
      scales.encodeFactors(kernel, term, values, encoded, count);
    }
  }
}
