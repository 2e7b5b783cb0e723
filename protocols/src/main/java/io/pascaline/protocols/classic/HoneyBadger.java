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
 * HoneyBadger powers. The dealer shares r, r^2, .., r^n; the parties open c = x - r, and with T(k,
 * j) = x^k r^j every power follows from T(0, j) = r^j by the recurrence
 *
 * <pre>  T(k, j) = T(k-1, j+1) + c T(k-1, j),   x^k = T(k, 0).</pre>
 *
 * <p>One opening, with a mask of its own, serves all powers of x cut to one precision ({@code g}
 * groups with highest powers n_1, .., n_g; {@code CutPowers}).
 *
 * <p>Rounds: 1. Online: 8 g bytes per element and direction. Correction: 8 (n_1 - 1 + .. + n_g - 1)
 * bytes per element; shares of r itself are drawn. For a quartic without cubic term: 16 and 32
 * bytes. Error: {@link #errorBoundUlps}. Probability of failure: {@link #failureProbability}.
 * Security: see the package. Source: D. Lu, T. Yurek, S. Kulshreshtha, R. Govind, A. Kate and A.
 * Miller, "HoneyBadgerMPC and AsynchroMix", CCS 2019, section 4; for activations the package's
 * paper.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record HoneyBadger(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public HoneyBadger {
    Objects.requireNonNull(shape, "shape");
    CutPowers powers = new CutPowers(layer, polynomial, fractionBits, inputBound);
    Dealt.wordCount(layer, 0, (long) shape.elementCount() * powers.topsLessOne());
    Dealt.wordCount(layer, 0, (long) shape.elementCount() * powers.groupCount());
  }

  @Override
  public String source() {
    return "HoneyBadgerMPC powers (Lu et al., CCS 2019; Diaa et al., USENIX Security 2024)";
  }

  @Override
  public int roundCount() {
    return CutPowers.of(this).groupCount() == 0 ? 0 : 1;
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * CutPowers.of(this).groupCount() * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * CutPowers.of(this).topsLessOne() * shape.elementCount();
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
    return new HoneyBadgerDealer(this, p0, p1);
  }

  @Override
  public PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new HoneyBadgerParty(partyId, this, epoch, random);
  }
}
