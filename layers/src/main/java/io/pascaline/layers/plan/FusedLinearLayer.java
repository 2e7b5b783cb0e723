// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.List;

/**
 * A convolution or matrix product of the fused suite, with secret weights. The output has the
 * input's fraction bits plus the weights'; an input's pending divisor is inside the weights.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param map the geometry
 * @param weightFractionBits fraction bits of the weight words; may be negative for huge weights
 * @param outputFractionBits fraction bits of the output and of the bias
 * @param biased whether there is a bias, one word per output channel
 * @param bound the output and what is made of it locally stay below this in magnitude, in real
 *     units: {@code 2^(30 - outputFractionBits)}
 */
public record FusedLinearLayer(
    int id,
    String name,
    List<Integer> inputs,
    LinearMap map,
    int weightFractionBits,
    int outputFractionBits,
    boolean biased,
    double bound)
    implements WeightedLayer {

  /** Copies the list. */
  public FusedLinearLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("weightFractionBits", weightFractionBits);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.bound(bound, outputFractionBits);
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_LINEAR;
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  @Override
  public int setupWordCount() {
    return map.weightShape().elementCount();
  }

  @Override
  public int roundWordCount() {
    return map.inputShape().elementCount();
  }

  @Override
  public long packedBytes(LinearKernel kernel) {
    return kernel.packedBytes(map);
  }

  @Override
  public DealerStep dealerStep(long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
    return step().dealer(epoch, p0, p1, kernel);
  }

  @Override
  public MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, Share weights) {
    WordShare share = WordShare.require(weights, setupWordCount());
    return step().maskWeights(partyId, epoch, random, share);
  }

  @Override
  public PartyStep partyStep(
      int partyId,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      MaskedWords own,
      MaskedWords peer,
      Share biasOrNull) {
    WordShare bias = biasOrNull == null ? null : WordShare.require(biasOrNull, biasCount());
    return step().party(partyId, epoch, random, kernel, own, peer, bias);
  }

  private FusedLinear step() {
    return new FusedLinear(id, map);
  }
}
