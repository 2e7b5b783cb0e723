// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

/**
 * A client's answer.
 *
 * @param logits the network's output as real numbers
 * @param logitWords the same as reconstructed, at the plan's output scale, in the form in which the
 *     plan's ring travels
 * @param onlineLatencyNs from sharing the input to the reconstructed output
 */
public record InferenceResult(float[] logits, int[] logitWords, long onlineLatencyNs) {
  /** Index of the largest logit. */
  public int prediction() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Prints the number of logits, never their values. */
  @Override
  public String toString() {
    return "InferenceResult[logits=" + logits.length + ", onlineLatencyNs=" + onlineLatencyNs + "]";
  }
}
