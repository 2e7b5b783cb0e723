// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.LayerBound;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;

/** The fused suite: everything is exact but activations, which have a bound of their own. */
final class FusedJudge implements LayerJudge {
  private static final int BOUND = 1 << LayerBound.BITS;

  private final FusedEvaluator meaning;

  FusedJudge(FusedEvaluator meaning) {
    this.meaning = meaning;
  }

  @Override
  public Verdict judge(PlanLayer layer, Share[][] inputs, Share[] outputs) {
    int[][] words = new int[inputs.length][];
    for (int i = 0; i < words.length; i++) {
      words[i] = reconstruct(inputs[i]);
    }
    int[] actual = reconstruct(outputs);
    if (layer instanceof FusedFunctionLayer function) {
      return function(function, words[0], actual);
    }
    int[] expected = meaning.apply(layer, words);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs((double) (actual[i] - expected[i])));
    }
    return new Verdict(0, largest, 0);
  }

  private static Verdict function(FusedFunctionLayer layer, int[] words, int[] actual) {
    int[] scaled = layer.scaledInput(words);
    double[] values = layer.activation().valueUlps(scaled);
    int outside = 0;
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      // Not Math.abs: it keeps the most negative word negative.
      outside += scaled[i] >= BOUND || scaled[i] <= -BOUND ? 1 : 0;
      largest = Math.max(largest, Math.abs(actual[i] - values[i]));
    }
    return new Verdict(outside, largest, layer.activation().errorBoundUlps());
  }

  private static int[] reconstruct(Share[] shares) {
    return Sharing.reconstruct((WordShare) shares[0], (WordShare) shares[1]);
  }
}
