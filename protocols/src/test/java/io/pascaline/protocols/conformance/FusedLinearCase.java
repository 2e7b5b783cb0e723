// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.PartyStep;
import java.util.SplittableRandom;

/** A fused linear step with given weights, without bias. */
final class FusedLinearCase implements ProtocolCase {
  private final FusedLinear linear;
  private final int[] weights;

  FusedLinearCase(FusedLinear linear, int[] weights) {
    this.linear = linear;
    this.weights = weights;
  }

  @Override
  public Shape inputShape() {
    return linear.map().inputShape();
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
    return random.ints(linear.inputCount()).asLongStream().toArray();
  }

  /** Returns the integers modulo 2^32: exact, so that the bound is 0. */
  @Override
  public double[] expectedUlps(long[] input) {
    long[] exact = plaintext(input);
    double[] expected = new double[exact.length];
    for (int i = 0; i < exact.length; i++) {
      expected[i] = exact[i];
    }
    return expected;
  }

  @Override
  public double errorBoundUlps() {
    return 0;
  }

  @Override
  public double failureProbabilityPerElement() {
    return 0;
  }

  @Override
  public long[] plaintext(long[] input) {
    int[] words = new int[input.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = (int) input[i];
    }
    int[] output = new int[linear.outputCount()];
    LinearKernel kernel = LinearKernels.scalar();
    kernel.apply(kernel.pack(linear.map(), weights), words, output, WorkSplitter.sequential());
    long[] result = new long[output.length];
    for (int i = 0; i < output.length; i++) {
      result[i] = output[i];
    }
    return result;
  }

  @Override
  public PartyPair pair(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyedRandom[] keys = PartyPair.keys(random);
    LinearKernel kernel = LinearKernels.best();
    long[] wide = new long[weights.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = weights[i];
    }
    WordShare[] w = PartyPair.shareWords(linear.map().weightShape(), wide, random);
    MaskedWords[] e = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      e[i] = linear.maskWeights(i, PartyPair.EPOCH, keys[i], w[i]);
    }
    PartyStep[] parties = new PartyStep[2];
    for (int i = 0; i < 2; i++) {
      parties[i] = linear.party(i, PartyPair.EPOCH, keys[i], kernel, e[i], e[1 - i], null);
    }
    return new PartyPair(linear.dealer(PartyPair.EPOCH, keys[0], keys[1], kernel), parties);
  }

  @Override
  public int[] expectedRoundWords() {
    return new int[] {linear.map().inputShape().elementCount()};
  }

  @Override
  public int expectedCorrectionWords() {
    return linear.map().outputShape().elementCount();
  }
}
