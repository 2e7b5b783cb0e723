// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;

/** A local layer that is linear with small public integers: exact, in either ring. */
public sealed interface ExactLocalLayer extends LocalLayer
    permits FusedSumPoolLayer, JoinLayer, ViewLayer, ConcatLayer {

  /**
   * Applies the layer in Z_2^32, to shares or to whole values.
   *
   * @param inputs the words of each input, in the order of {@link #inputs()}; not written
   * @return a new array of {@code outputShape()} words
   * @throws IllegalArgumentException if the number of inputs or a length is wrong
   */
  int[] apply(int[]... inputs);

  /**
   * Applies the layer in Z_2^64, to shares or to whole values.
   *
   * @param inputs the double words of each input, in the order of {@link #inputs()}; not written
   * @return a new array of {@code outputShape()} double words
   * @throws IllegalArgumentException if the number of inputs or a length is wrong
   */
  long[] apply(long[]... inputs);

  @Override
  default Share apply(int partyId, Share... inputShares) {
    PlanRules.inputCount(inputShares.length, inputs().size());
    if (inputShares[0] instanceof DoubleWordShare) {
      long[][] doubleWords = new long[inputShares.length][];
      for (int i = 0; i < doubleWords.length; i++) {
        doubleWords[i] = DoubleWordShare.require(inputShares[i], elementCount(i)).doubleWords();
      }
      return DoubleWordShare.of(outputShape(), apply(doubleWords));
    }
    int[][] words = new int[inputShares.length][];
    for (int i = 0; i < words.length; i++) {
      words[i] = WordShare.require(inputShares[i], elementCount(i)).words();
    }
    return WordShare.of(outputShape(), apply(words));
  }

  private int elementCount(int index) {
    return inputShape(index).elementCount();
  }
}
