// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.testsupport;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;

/** What a network of the fused suite may answer. Not thread-safe. */
public final class RightAnswers {
  private final FusedEvaluator evaluator;

  /** Prepares the checks of one network. */
  public RightAnswers(FusedNetwork network) {
    evaluator = new FusedEvaluator(network);
  }

  /**
   * Compares an answer with the integer semantics, within the bound derived for that very input.
   *
   * @param logitWords the answer at the output scale
   * @return null if it is right, what is wrong otherwise
   */
  public String faultOf(float[] image, int[] logitWords) {
    int[] words = evaluator.encodeInput(image);
    int[] expected = evaluator.run(words);
    double[] boundUlps = evaluator.errorBoundUlps(words);
    if (expected.length != logitWords.length) {
      return logitWords.length + " logits in place of " + expected.length;
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) logitWords[i] - expected[i]);
      if (!Double.isFinite(boundUlps[i]) || difference > boundUlps[i]) {
        return String.format("logit %d: off by %.0f, bound %.1f", i, difference, boundUlps[i]);
      }
    }
    return null;
  }

  /** Returns whether no answer is right for both inputs: the bounds leave a gap. */
  public boolean differ(float[] one, float[] other) {
    int[] oneWords = evaluator.encodeInput(one);
    int[] otherWords = evaluator.encodeInput(other);
    int[] oneAnswer = evaluator.run(oneWords);
    int[] otherAnswer = evaluator.run(otherWords);
    double[] oneUlps = evaluator.errorBoundUlps(oneWords);
    double[] otherUlps = evaluator.errorBoundUlps(otherWords);
    for (int i = 0; i < oneAnswer.length; i++) {
      if (Math.abs((double) oneAnswer[i] - otherAnswer[i]) > oneUlps[i] + otherUlps[i]) {
        return true;
      }
    }
    return false;
  }
}
