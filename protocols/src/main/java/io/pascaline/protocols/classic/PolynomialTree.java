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
 * Powers by a tree of Beaver products: x^2, then x^3 and x^4, then x^5 to x^8, each cut to f bits
 * locally. With masks a, b and dealt shares of a b, the parties open d = u - a and e = v - b; u v =
 * a b + d b + e a + d e.
 *
 * <p>A power keeps its mask, so that it is opened once however many products it enters. Powers that
 * neither the polynomial nor the tree needs are left out.
 *
 * <p>Rounds: ceil(log2 n). Online: 8 bytes per element, direction and power that is a factor.
 * Correction: 8 bytes per element and product. For a quartic without cubic term: 16 bytes each, for
 * one with it 16 and 24. Error: {@link #errorBoundUlps}. Probability of failure: {@link
 * #failureProbability}. Security: see the package. Source: D. Beaver, "Efficient Multiparty
 * Protocols Using Circuit Randomization", CRYPTO 1991; as a baseline B. Knott, S. Venkataraman, A.
 * Hannun, S. Sengupta, M. Ibrahim and L. van der Maaten, "CrypTen", NeurIPS 2021.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record PolynomialTree(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public PolynomialTree {
    Objects.requireNonNull(shape, "shape");
    TreePowers powers = new TreePowers(layer, polynomial, fractionBits, inputBound);
    Dealt.wordCount(layer, 0, (long) shape.elementCount() * powers.productCount());
  }

  @Override
  public String source() {
    return "Beaver products in a tree (Beaver, CRYPTO 1991; CrypTen, NeurIPS 2021)";
  }

  @Override
  public int roundCount() {
    return TreePowers.of(this).roundCount();
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * TreePowers.of(this).openingCount(round) * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * TreePowers.of(this).productCount() * shape.elementCount();
  }

  @Override
  public double errorBoundUlps() {
    return TreePowers.of(this).errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return TreePowers.of(this).failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return TreePowers.of(this).plaintext(input);
  }

  @Override
  public DealerStep dealer(KeyedRandom p0, KeyedRandom p1) {
    return new PolynomialTreeDealer(this, p0, p1);
  }

  @Override
  public PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new PolynomialTreeParty(partyId, this, epoch, random);
  }
}
