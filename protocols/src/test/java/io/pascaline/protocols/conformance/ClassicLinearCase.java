// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.PartyStep;
import java.util.SplittableRandom;

/** A classic linear step with given weights and biases. */
final class ClassicLinearCase implements ProtocolCase {
  private final ClassicLinear linear;
  private final long[] weights;
  private final long[] bias;
  private final long maxInput;

  /**
   * Creates the case.
   *
   * @param maxInput inputs stay within this, as integers
   */
  ClassicLinearCase(ClassicLinear linear, long[] weights, long[] bias, long maxInput) {
    this.linear = linear;
    this.weights = weights;
    this.bias = bias;
    this.maxInput = maxInput;
  }

  @Override
  public Shape inputShape() {
    return linear.map().inputShape();
  }

  @Override
  public boolean truncatesOutput() {
    return linear.truncatedBits() > 0;
  }

  @Override
  public boolean doubleWords() {
    return true;
  }

  @Override
  public long[] inputs(SplittableRandom random) {
    return random.longs(linear.inputCount(), -maxInput, maxInput + 1).toArray();
  }

  /** Returns the integers' own linear map, then a division that does not round. */
  @Override
  public double[] expectedUlps(long[] input) {
    ClassicLinear untruncated =
        new ClassicLinear(linear.layer(), linear.map(), 0, linear.outputBound());
    long[] exact = untruncated.plaintext(weights, bias, input);
    double[] expected = new double[exact.length];
    for (int i = 0; i < exact.length; i++) {
      expected[i] = Math.scalb((double) exact[i], -linear.truncatedBits());
    }
    return expected;
  }

  @Override
  public double errorBoundUlps() {
    return linear.errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return linear.failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return linear.plaintext(weights, bias, input);
  }

  @Override
  public PartyPair pair(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyedRandom[] keys = PartyPair.keys(random);
    DoubleWordShare[] w = PartyPair.shareDoubleWords(linear.map().weightShape(), weights, random);
    DoubleWordShare[] b = PartyPair.shareDoubleWords(Shape.of(linear.channelCount()), bias, random);
    MaskedWords[] e = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      e[i] = linear.maskWeights(i, PartyPair.EPOCH, keys[i], w[i]);
    }
    PartyStep[] parties = new PartyStep[2];
    for (int i = 0; i < 2; i++) {
      parties[i] = linear.party(i, PartyPair.EPOCH, keys[i], e[i], e[1 - i], b[i]);
    }
    return new PartyPair(linear.dealer(PartyPair.EPOCH, keys[0], keys[1]), parties);
  }

  @Override
  public int[] expectedRoundWords() {
    return new int[] {2 * linear.map().inputShape().elementCount()};
  }

  @Override
  public int expectedCorrectionWords() {
    return 2 * linear.map().outputShape().elementCount();
  }
}
