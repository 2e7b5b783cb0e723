// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.fused.OwnedLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.SplittableRandom;

/** A linear step with weights of P0, without bias. Its meaning is that of the shared step. */
final class OwnedLinearCase implements ProtocolCase {
  private final OwnedLinear linear;
  private final int[] weights;
  private final ProtocolCase shared;

  OwnedLinearCase(OwnedLinear linear, int[] weights) {
    this.linear = linear;
    this.weights = weights;
    shared = new FusedLinearCase(new FusedLinear(linear.layer(), linear.map()), weights);
  }

  @Override
  public Shape inputShape() {
    return shared.inputShape();
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
    return shared.inputs(random);
  }

  @Override
  public double[] expectedUlps(long[] input) {
    return shared.expectedUlps(input);
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
    return shared.plaintext(input);
  }

  @Override
  public PartyPair pair(long seed) {
    KeyedRandom[] keys = PartyPair.keys(new SplittableRandom(seed));
    LinearKernel kernel = LinearKernels.best();
    WordShare w = WordShare.of(linear.map().weightShape(), weights);
    MaskedWords e = linear.maskWeights(PartyPair.EPOCH, keys[0], w);
    return new PartyPair(
        linear.dealer(PartyPair.EPOCH, keys[0], keys[1], kernel),
        linear.owner(PartyPair.EPOCH, keys[0], kernel, w, null),
        linear.peer(PartyPair.EPOCH, keys[1], kernel, e));
  }

  @Override
  public int[] expectedRoundWords() {
    return shared.expectedRoundWords();
  }

  /** P0 is silent. */
  @Override
  public int expectedSentWords(int partyId, int round) {
    return partyId * inputShape().elementCount();
  }

  @Override
  public CorrectionReceiver receiver() {
    return CorrectionReceiver.PARTY_0;
  }

  @Override
  public int expectedCorrectionWords() {
    return shared.expectedCorrectionWords();
  }
}
