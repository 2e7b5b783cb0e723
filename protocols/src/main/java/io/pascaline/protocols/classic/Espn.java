// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.Objects;

/**
 * ESPN, exponentiation of secret shared values by Pascal's triangle, in its asymmetric form. With x
 * = x0 + x1,
 *
 * <pre>  x^k = x0^k + x1^k + sum over i = 1..k-1 of binom(k, i) x0^i x1^(k-i).</pre>
 *
 * <p>The pure powers are local. Every cross term is a product of a value that only P0 knows and one
 * that only P1 knows: P0 sends d_i = x0^i - alpha_i, P1 sends e_j = x1^j - beta_j; alpha is drawn
 * from P0's key and beta from P1's. Since x0^i x1^j = x0^i e_j + d_i beta_j + alpha_i beta_j, the
 * dealer need only share, per power, the sum of binom(k, i) alpha_i beta_(k-i).
 *
 * <p>Powers of x cut to one precision ({@code g} groups with highest powers n_1, .., n_g; {@code
 * CutPowers}) share their masked powers. Rounds: 1. Online: 8 (n_1 - 1 + .. + n_g - 1) bytes per
 * element and direction. Correction: 8 bytes per element and power from 2. For a quartic without
 * cubic term: 32 and 16 bytes. Error: {@link #errorBoundUlps}. Probability of failure: {@link
 * #failureProbability}. Two parties only. Security: see the package. Source: the package's paper;
 * ours are the products of one-sided values, where the paper's code opens both factors of every
 * cross term, and the summed correction.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record Espn(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public Espn {
    Objects.requireNonNull(shape, "shape");
    CutPowers powers = new CutPowers(layer, polynomial, fractionBits, inputBound);
    Dealt.wordCount(layer, 0, (long) shape.elementCount() * powers.topsLessOne());
    Dealt.wordCount(layer, 0, (long) shape.elementCount() * powers.powerCount());
  }

  @Override
  public String source() {
    return "ESPN (Diaa et al., USENIX Security 2024), cross terms from one-sided values";
  }

  @Override
  public int roundCount() {
    return CutPowers.of(this).groupCount() == 0 ? 0 : 1;
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * CutPowers.of(this).topsLessOne() * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * CutPowers.of(this).powerCount() * shape.elementCount();
  }

  @Override
  public double errorBoundUlps() {
    return CutPowers.of(this).errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return CutPowers.of(this).failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return CutPowers.of(this).plaintext(input);
  }

  @Override
  public DealerStep dealer(KeyedRandom p0, KeyedRandom p1) {
    return new EspnDealer(this, p0, p1);
  }

  @Override
  public PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new EspnParty(partyId, this, epoch, random);
  }
}
