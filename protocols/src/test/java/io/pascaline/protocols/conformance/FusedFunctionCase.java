// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.FusedFunction;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.SplittableRandom;

/** A function of the fused suite. Subclasses give value and costs by definition. */
abstract class FusedFunctionCase implements ProtocolCase {
  private final FusedFunction step;

  /** Inputs stay within this in magnitude. */
  private final long maxInput;

  private CorrectionReceiver receiver = CorrectionReceiver.ALTERNATING;

  FusedFunctionCase(FusedFunction step, long maxInput) {
    this.step = step;
    this.maxInput = maxInput;
  }

  /** Sends all corrections to P0, as networks do whose weights are its own. */
  final ProtocolCase withCorrectionsToParty0() {
    receiver = CorrectionReceiver.PARTY_0;
    return this;
  }

  @Override
  public CorrectionReceiver receiver() {
    return receiver;
  }

  /** Returns f(y) of an element. */
  abstract double value(int element, double y);

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
    return y;
  }

  @Override
  public double[] expectedUlps(long[] input) {
    double[] expected = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      double y = Math.scalb((double) input[i], -step.inputFractionBits());
      expected[i] = Math.scalb(value(i, y), step.outputFractionBits());
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
        step.dealer(receiver, keys[0], keys[1]),
        step.party(0, receiver, PartyPair.EPOCH, keys[0]),
        step.party(1, receiver, PartyPair.EPOCH, keys[1]));
  }

  @Override
  public int[] expectedRoundWords() {
    return new int[] {step.shape().elementCount()};
  }
}
