// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import java.util.Arrays;

/**
 * A run of a polynomial in one round: masked planes out, the peer's in, then all powers, and their
 * sum with the coefficients. In none if the polynomial is linear.
 */
abstract class PolynomialExecution extends RoundsExecution {
  private static final int BLOCK_ELEMENTS = 512;

  private final int partyId;
  private final Shape shape;
  private final CutPowers powers;
  private final int planeCount;
  private long[] input;
  private long[] opened;
  private long[] output;

  PolynomialExecution(
      ClassicParty<?> party, Shape shape, CutPowers powers, long[] input, int planeCount) {
    super(party);
    this.partyId = party.partyId();
    this.shape = shape;
    this.powers = powers;
    this.input = input.clone();
    this.planeCount = planeCount;
  }

  /** Writes this party's masked planes. */
  abstract void mask(long[] input, long[] masked);

  /** Returns what the round makes of a masked double word and the peer's. */
  abstract long combine(long own, long fromPeer);

  /**
   * Adds the terms from the second power on to the sums of {@code count} elements from {@code at}.
   *
   * @param x this party's share of the input
   * @param combined planes of {@link #combine}
   */
  abstract void addPowers(long[] x, long[] combined, int at, int count, long[] sums);

  @Override
  final int[] firstRound() {
    opened = new long[planeCount * shape.elementCount()];
    mask(input, opened);
    return DoubleWordPlanes.split(opened);
  }

  @Override
  final int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
    long[] combined = opened;
    for (int i = 0; i < combined.length; i++) {
      long peer = DoubleWordPlanes.join(fromPeer[i], fromPeer[combined.length + i]);
      combined[i] = combine(combined[i], peer);
    }
    evaluate(combined, splitter);
    return null;
  }

  @Override
  final DoubleWordShare finish() {
    if (output == null) {
      evaluate(opened, WorkSplitter.sequential());
    }
    return DoubleWordShare.of(shape, output);
  }

  private void evaluate(long[] combined, WorkSplitter splitter) {
    long[] x = input;
    long[] results = new long[x.length];
    ElementParts.run(
        x.length,
        splitter,
        (from, to) -> {
          long[] sums = new long[BLOCK_ELEMENTS];
          for (int at = from; at < to; at += BLOCK_ELEMENTS) {
            int count = Math.min(BLOCK_ELEMENTS, to - at);
            evaluateBlock(combined, x, at, count, sums, results);
          }
        });
    input = null;
    opened = null;
    output = results;
  }

  private void evaluateBlock(
      long[] combined, long[] x, int at, int count, long[] sums, long[] results) {
    FixedPolynomial polynomial = powers.polynomial();
    Arrays.fill(sums, 0, count, partyId == 0 ? polynomial.constant() : 0);
    long linear = polynomial.coefficient(1);
    for (int i = 0; i < count; i++) {
      sums[i] += linear * x[at + i];
    }
    addPowers(x, combined, at, count, sums);
    int bits = polynomial.fractionBits();
    long unit = Truncation.unit(partyId, bits);
    for (int i = 0; i < count; i++) {
      results[at + i] = (sums[i] >> bits) + unit;
    }
  }

  /** Adds one power's term, the power cut to f bits, if the polynomial has it in this group. */
  final void addTruncated(int power, CutPowers.Group group, long[] share, long[] sums, int count) {
    if (Arrays.binarySearch(group.powers, power) < 0) {
      return;
    }
    long coefficient = powers.polynomial().coefficient(power);
    int bits = powers.shift(power);
    long unit = Truncation.unit(partyId, bits);
    for (int i = 0; i < count; i++) {
      sums[i] += coefficient * ((share[i] >> bits) + unit);
    }
  }
}
