// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import java.util.SplittableRandom;

/** A classic activation. Its costs by formula are given by hand. */
final class ActivationCase implements ProtocolCase {
  private final ClassicActivation step;
  private final long maxInput;
  private final int[] roundWords;
  private final int correctionWords;

  /**
   * Creates the case.
   *
   * @param maxInput inputs stay within this, as integers
   */
  ActivationCase(ClassicActivation step, long maxInput, int[] roundWords, int correctionWords) {
    this.step = step;
    this.maxInput = maxInput;
    this.roundWords = roundWords;
    this.correctionWords = correctionWords;
  }

  /** Returns a polynomial on |x| up to its bound; costs in double words per element. */
  static ActivationCase polynomial(ClassicPolynomial step, int correction, int... rounds) {
    int count = step.shape().elementCount();
    int[] words = rounds.clone();
    for (int i = 0; i < words.length; i++) {
      words[i] *= 2 * count;
    }
    long max = (long) Math.floor(Math.scalb(step.inputBound(), step.fractionBits()));
    return new ActivationCase(step, max, words, 2 * correction * count);
  }

  @Override
  public Shape inputShape() {
    return step.inputShape();
  }

  @Override
  public boolean truncatesOutput() {
    return step instanceof ClassicPolynomial;
  }

  @Override
  public boolean doubleWords() {
    return true;
  }

  @Override
  public long[] inputs(SplittableRandom random) {
    long[] x = random.longs(inputShape().elementCount(), -maxInput, maxInput).toArray();
    for (int i = 0; i < 60; i++) {
      x[i] = (i % 3 - 1) * (maxInput - i / 6);
      x[60 + i] = i - 30;
    }
    return x;
  }

  @Override
  public double[] expectedUlps(long[] input) {
    if (step instanceof ClassicPolynomial polynomial) {
      double[] expected = new double[input.length];
      int bits = polynomial.fractionBits();
      for (int i = 0; i < input.length; i++) {
        double x = Math.scalb((double) input[i], -bits);
        expected[i] = Math.scalb(polynomial.polynomial().value(x), bits);
      }
      return expected;
    }
    // Comparisons are exact: the integers' own maximum.
    long[] exact = step.plaintext(input);
    double[] expected = new double[exact.length];
    for (int i = 0; i < exact.length; i++) {
      expected[i] = exact[i];
    }
    return expected;
  }

  @Override
  public double errorBoundUlps() {
    return step.errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return step.failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return step.plaintext(input);
  }

  @Override
  public PartyPair pair(long seed) {
    KeyedRandom[] keys = PartyPair.keys(new SplittableRandom(seed));
    return new PartyPair(
        step.dealer(keys[0], keys[1]),
        step.party(0, PartyPair.EPOCH, keys[0]),
        step.party(1, PartyPair.EPOCH, keys[1]));
  }

  @Override
  public int[] expectedRoundWords() {
    return roundWords.clone();
  }

  @Override
  public int expectedCorrectionWords() {
    return correctionWords;
  }
}
