// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.PartyStep;

/**
 * A linear layer. Its weights are opened under a mask once per epoch, in both directions or from
 * their owner to the peer, unless they are public.
 */
public sealed interface WeightedLayer extends StepLayer
    permits FusedLinearLayer, ClassicLinearLayer {

  /** Returns the geometry. */
  LinearMap map();

  /** Returns who knows the weights. */
  Visibility visibility();

  @Override
  default boolean isCommunicationFree() {
    return visibility() == Visibility.PUBLIC;
  }

  /** Returns whether there is a bias, one element per output channel. */
  boolean biased();

  /** Elements of the bias: the number of output channels. */
  default int biasCount() {
    return map().outputShape().dim(0);
  }

  @Override
  default Shape inputShape() {
    return map().inputShape();
  }

  @Override
  default Shape outputShape() {
    return map().outputShape();
  }

  /** Words of the weights' opening that one party sends; 0 if it sends none. */
  int setupWordCount(int partyId);

  /** Words of an inference's opening that one party sends; 0 if it sends none. */
  int roundWordCount(int partyId);

  /**
   * Returns how many bytes one set of weights takes in memory once it is packed. A party packs two
   * sets of shared weights, and one of others; the dealer one, unless they are public.
   *
   * @param kernel of linear maps on words
   */
  long packedBytes(LinearKernel kernel);

  /**
   * Returns a party's share of the masked weights, which it sends once per epoch. For a party that
   * sends any, see {@link #setupWordCount}.
   *
   * @param weights the party's share, or the weights of their owner; read, not kept
   */
  MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, Share weights);

  /**
   * Returns a party's side for an epoch whose weights are open under their mask.
   *
   * @param kernel of linear maps on words
   * @param reshares whether later layers read a new share of the input, see {@link KnownShares}
   * @param ownOrNull what {@link #maskWeights} gave; null if this party sends nothing
   * @param peerOrNull what it gave at the peer; null if the peer sends nothing
   * @param weightsOrNull of the model share; null if it has none
   * @param biasOrNull of the model share; null if it has none
   * @throws io.pascaline.protocols.step.ProtocolAbortException if the peer's share has the wrong
   *     length
   */
  PartyStep partyStep(
      int partyId,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      boolean reshares,
      MaskedWords ownOrNull,
      MaskedWords peerOrNull,
      Share weightsOrNull,
      Share biasOrNull);
}
