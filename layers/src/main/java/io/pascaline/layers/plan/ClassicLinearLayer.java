// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.List;

/**
 * A convolution or matrix product of the classic suite: secret weights in double words, the output
 * truncated locally to the input's fraction bits.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param linear the step's public parameters
 * @param weightFractionBits fraction bits of the weights, all of which truncation removes from the
 *     output
 * @param outputFractionBits fraction bits of the output, as of the input
 * @param biased whether there is a bias, at the scale before truncation
 */
public record ClassicLinearLayer(
    int id,
    String name,
    List<Integer> inputs,
    ClassicLinear linear,
    int weightFractionBits,
    int outputFractionBits,
    boolean biased)
    implements WeightedLayer {

  /** Copies the list. */
  public ClassicLinearLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("weightFractionBits", weightFractionBits);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.sameLayer("linear", linear.layer(), id);
    if (linear.truncatedBits() != weightFractionBits) {
      throw new IllegalArgumentException(
          "linear truncates "
              + linear.truncatedBits()
              + " bits, must truncate the weights' "
              + weightFractionBits);
    }
  }

  @Override
  public Kind kind() {
    return Kind.CLASSIC_LINEAR;
  }

  /** Shared, always. */
  @Override
  public Visibility visibility() {
    return Visibility.SHARED;
  }

  @Override
  public LinearMap map() {
    return linear.map();
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  @Override
  public int setupWordCount(int partyId) {
    return linear.setupWordCount();
  }

  @Override
  public int roundWordCount(int partyId) {
    return linear.roundWordCount(0);
  }

  @Override
  public long packedBytes(LinearKernel kernel) {
    return (long) Long.BYTES * linear.weightCount();
  }

  @Override
  public DealerStep dealerStep(
      CorrectionReceiver receiver,
      long epoch,
      KeyedRandom p0,
      KeyedRandom p1,
      LinearKernel kernel) {
    return linear.dealer(epoch, p0, p1);
  }

  @Override
  public MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, Share weights) {
    DoubleWordShare share = DoubleWordShare.require(weights, linear.weightCount());
    return linear.maskWeights(partyId, epoch, random, share);
  }

  @Override
  public PartyStep partyStep(
      int partyId,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      boolean reshares,
      MaskedWords ownOrNull,
      MaskedWords peerOrNull,
      Share weightsOrNull,
      Share biasOrNull) {
    DoubleWordShare bias =
        biasOrNull == null ? null : DoubleWordShare.require(biasOrNull, biasCount());
    return linear.party(partyId, epoch, random, ownOrNull, peerOrNull, bias);
  }
}
