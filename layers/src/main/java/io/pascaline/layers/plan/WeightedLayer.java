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

/** A linear layer with secret weights, which are opened under a mask once per epoch. */
public sealed interface WeightedLayer extends StepLayer
    permits FusedLinearLayer, ClassicLinearLayer {

  /** Returns the geometry. */
  LinearMap map();

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

  /** Words of the weights' opening in one direction. */
  int setupWordCount();

  /** Words of an inference's opening in one direction. */
  int roundWordCount();

  /**
   * Returns how many bytes the weights take in memory once they are packed, which a party does with
   * two sets of them and the dealer with one.
   *
   * @param kernel of linear maps on words
   */
  long packedBytes(LinearKernel kernel);

  /**
   * Returns a party's share of the masked weights, which it sends once per epoch.
   *
   * @param weights the party's share; read, not kept
   */
  MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, Share weights);

  /**
   * Returns a party's side for an epoch whose weights are open under their mask.
   *
   * @param kernel of linear maps on words
   * @param own what {@link #maskWeights} gave
   * @param peer what it gave at the peer
   * @param biasOrNull the party's share
   * @throws io.pascaline.protocols.step.ProtocolAbortException if the peer's share has the wrong
   *     length
   */
  PartyStep partyStep(
      int partyId,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      MaskedWords own,
      MaskedWords peer,
      Share biasOrNull);
}
