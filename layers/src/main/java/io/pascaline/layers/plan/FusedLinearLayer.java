// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.fused.OwnedLinear;
import io.pascaline.protocols.fused.PublicLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.List;
import java.util.Objects;

/**
 * A convolution or matrix product of the fused suite. The output has the input's fraction bits plus
 * the weights'; an input's pending divisor is inside the weights.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param map the geometry
 * @param weightFractionBits fraction bits of the weight words; may be negative for huge weights
 * @param outputFractionBits fraction bits of the output and of the bias
 * @param biased whether there is a bias, one word per output channel
 * @param visibility who knows the weights
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
    Visibility visibility,
    double bound)
    implements WeightedLayer {

  /** Copies the list. */
  public FusedLinearLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    Objects.requireNonNull(visibility, "visibility");
    PlanRules.bits("weightFractionBits", weightFractionBits);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.bound(bound, outputFractionBits);
  }

  /** Makes a layer with shared weights. */
  public FusedLinearLayer(
      int id,
      String name,
      List<Integer> inputs,
      LinearMap map,
      int weightFractionBits,
      int outputFractionBits,
      boolean biased,
      double bound) {
    this(
        id,
        name,
        inputs,
        map,
        weightFractionBits,
        outputFractionBits,
        biased,
        Visibility.SHARED,
        bound);
  }

  /** Returns this layer with weights of another visibility. */
  FusedLinearLayer with(Visibility other) {
    return new FusedLinearLayer(
        id, name, inputs, map, weightFractionBits, outputFractionBits, biased, other, bound);
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
  public int setupWordCount(int partyId) {
    return visibility == Visibility.SHARED || (visibility == Visibility.OWNED && partyId == 0)
        ? weightCount()
        : 0;
  }

  @Override
  public int roundWordCount(int partyId) {
    return visibility == Visibility.SHARED || (visibility == Visibility.OWNED && partyId == 1)
        ? map.inputShape().elementCount()
        : 0;
  }

  private int weightCount() {
    return map.weightShape().elementCount();
  }

  @Override
  public long packedBytes(LinearKernel kernel) {
    return kernel.packedBytes(map);
  }

  @Override
  public DealerStep dealerStep(
      CorrectionReceiver receiver,
      long epoch,
      KeyedRandom p0,
      KeyedRandom p1,
      LinearKernel kernel) {
    return switch (visibility) {
      case SHARED -> new FusedLinear(id, map).dealer(epoch, p0, p1, kernel);
      case OWNED -> new OwnedLinear(id, map).dealer(epoch, p0, p1, kernel);
      case PUBLIC -> throw noStep();
    };
  }

  @Override
  public MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, Share weights) {
    if (setupWordCount(partyId) == 0) {
      throw noStep();
    }
    WordShare words = WordShare.require(weights, weightCount());
    return visibility == Visibility.OWNED
        ? new OwnedLinear(id, map).maskWeights(epoch, random, words)
        : new FusedLinear(id, map).maskWeights(partyId, epoch, random, words);
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
    WordShare bias = biasOrNull == null ? null : WordShare.require(biasOrNull, biasCount());
    return switch (visibility) {
      case SHARED ->
          new FusedLinear(id, map)
              .party(partyId, epoch, random, kernel, ownOrNull, peerOrNull, bias);
      case OWNED -> {
        OwnedLinear owned = new OwnedLinear(id, map, reshares);
        yield partyId == 0
            ? owned.owner(
                epoch, random, kernel, WordShare.require(weightsOrNull, weightCount()), bias)
            : owned.peer(epoch, random, kernel, peerOrNull);
      }
      case PUBLIC -> throw noStep();
    };
  }

  /**
   * Returns what a party does with its share if the weights are public.
   *
   * @param kernel of linear maps on words
   * @param weights of the model share; read, not kept
   * @param biasOrNull of the model share; copied
   * @throws IllegalStateException if the weights are not public
   */
  public PublicLinear localMap(int partyId, LinearKernel kernel, Share weights, Share biasOrNull) {
    if (!isCommunicationFree()) {
      throw noStep();
    }
    WordShare words = WordShare.require(weights, weightCount());
    WordShare bias = biasOrNull == null ? null : WordShare.require(biasOrNull, biasCount());
    return new PublicLinear(partyId, map, kernel, words, bias);
  }

  private IllegalStateException noStep() {
    return new IllegalStateException("layer " + id + " has weights that are " + visibility);
  }
}
