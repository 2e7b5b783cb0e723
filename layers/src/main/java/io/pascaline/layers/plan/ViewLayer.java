// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import java.util.List;

/**
 * Elements of a tensor in another place, order or number, in either suite. Party 0's share has the
 * public pad value where an element lies outside the input, party 1's share has 0. No message.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param view the geometry
 * @param pad the pad value, in units of the output's last place; 0 if nothing lies outside
 * @param outputFractionBits as of the input
 * @param outputDivisor as of the input
 */
public record ViewLayer(
    int id,
    String name,
    List<Integer> inputs,
    TensorView view,
    long pad,
    int outputFractionBits,
    long outputDivisor)
    implements ExactLocalLayer {

  /** Copies the list. */
  public ViewLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.divisor(outputDivisor);
    if (pad != 0 && !view.isPadded()) {
      throw new IllegalArgumentException("pad is " + pad + ", must be 0 where nothing is padded");
    }
  }

  @Override
  public Kind kind() {
    return Kind.VIEW;
  }

  @Override
  public Shape inputShape() {
    return view.inputShape();
  }

  @Override
  public Shape outputShape() {
    return view.outputShape();
  }

  @Override
  public Share apply(int partyId, Share... inputShares) {
    PlanRules.inputCount(inputShares.length, 1);
    int count = inputShape().elementCount();
    long ownPad = partyId == 0 ? pad : 0;
    if (inputShares[0] instanceof DoubleWordShare) {
      long[] doubleWords = DoubleWordShare.require(inputShares[0], count).doubleWords();
      return DoubleWordShare.of(outputShape(), view.apply(doubleWords, ownPad));
    }
    int[] words = WordShare.require(inputShares[0], count).words();
    return WordShare.of(outputShape(), view.apply(words, (int) ownPad));
  }

  /** Applies the layer to whole values: shares of party 1 have no pad value. */
  @Override
  public int[] apply(int[]... words) {
    PlanRules.inputCount(words.length, 1);
    return view.apply(words[0], (int) pad);
  }

  /** Applies the layer to whole values: shares of party 1 have no pad value. */
  @Override
  public long[] apply(long[]... doubleWords) {
    PlanRules.inputCount(doubleWords.length, 1);
    return view.apply(doubleWords[0], pad);
  }
}
