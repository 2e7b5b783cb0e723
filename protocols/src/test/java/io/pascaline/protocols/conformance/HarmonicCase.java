// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import java.util.SplittableRandom;

/** A harmonic activation; without a slope, on inputs of the whole ring. */
final class HarmonicCase implements ProtocolCase {
  private final HarmonicActivation step;

  /** Inputs stay within this in magnitude, but for the smallest word. */
  private final long maxInput;

  HarmonicCase(HarmonicActivation step) {
    this.step = step;
    this.maxInput = step.function().hasSlope() ? (1 << 30) - 1 : Integer.MAX_VALUE;
  }

  @Override
  public Shape inputShape() {
    return step.shape();
  }

  @Override
  public boolean truncatesOutput() {
    return false;
  }

  @Override
  public boolean doubleWords() {
    return false;
  }

  @Override
  public long[] inputs(SplittableRandom random) {
    long[] y = random.longs(inputShape().elementCount(), -maxInput, maxInput + 1).toArray();
    for (int i = 0; i < 60; i++) {
      y[i] = (i % 3 - 1) * (maxInput - i / 6);
      y[60 + i] = i - 30;
    }
    if (!step.function().hasSlope()) {
      y[120] = Integer.MIN_VALUE;
    }
    return y;
  }

  @Override
  public double[] expectedUlps(long[] input) {
    double[] expected = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      double y = Math.scalb((double) input[i], -step.inputFractionBits());
      double value = step.function().value(step.channelOf(i), y, step.period());
      expected[i] = Math.scalb(value, step.outputFractionBits());
    }
    return expected;
  }

  @Override
  public double errorBoundUlps() {
    return step.errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return 0;
  }

  @Override
  public long[] plaintext(long[] input) {
    double[] exact = expectedUlps(input);
    long[] output = new long[exact.length];
    for (int i = 0; i < exact.length; i++) {
      output[i] = (long) Math.floor(exact[i]);
    }
    return output;
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
    return new int[] {step.shape().elementCount()};
  }

  /** Two double words per harmonic, one reading; two readings of one for the slope. */
  @Override
  public int expectedCorrectionWords() {
    int words = 4 * step.function().harmonicCount() + (step.function().hasSlope() ? 4 : 0);
    return words * step.shape().elementCount();
  }
}
