// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A product of two secret tensors: exact in the ring. */
final class FusedProductCase implements ProtocolCase {
  private final FusedProduct step;
  private CorrectionReceiver receiver = CorrectionReceiver.ALTERNATING;

  FusedProductCase(FusedProduct step) {
    this.step = step;
  }

  /** Sends all corrections to P0, as networks do whose weights are its own. */
  ProtocolCase withCorrectionsToParty0() {
    receiver = CorrectionReceiver.PARTY_0;
    return this;
  }

  @Override
  public CorrectionReceiver receiver() {
    return receiver;
  }

  /** One factor after the other. */
  @Override
  public Shape inputShape() {
    return Shape.of(step.inputCount());
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
    return random.ints(step.inputCount()).asLongStream().toArray();
  }

  @Override
  public double[] expectedUlps(long[] input) {
    return Arrays.stream(plaintext(input)).asDoubleStream().toArray();
  }

  @Override
  public double errorBoundUlps() {
    return 0;
  }

  @Override
  public double failureProbabilityPerElement() {
    return 0;
  }

  /** By the definition, in long arithmetic. */
  @Override
  public long[] plaintext(long[] input) {
    int count = step.shape().elementCount();
    int stride = count / step.factorShape().elementCount();
    long[] output = new long[count];
    for (int i = 0; i < count; i++) {
      output[i] = (int) (input[i] * input[count + i / stride]);
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
    return new int[] {step.shape().elementCount() + step.factorShape().elementCount()};
  }

  @Override
  public int expectedCorrectionWords() {
    return step.shape().elementCount();
  }
}
