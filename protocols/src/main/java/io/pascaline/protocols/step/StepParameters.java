// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Ring;

/**
 * Public parameters of one layer's step: what dealer and parties must agree on, and what a run
 * costs. Implementations are immutable and thread-safe.
 */
public interface StepParameters {
  /** Returns the layer's id in the plan. */
  int layer();

  /** Returns the ring of the step's input and output. */
  Ring ring();

  /** Returns the elements of an input. */
  int inputCount();

  /** Returns the words of one correction, which goes to one party; 0 if the step needs none. */
  int correctionWordCount();

  /**
   * Returns the stream from which the party that is sent no correction draws its share of what is
   * dealt.
   */
  Purpose correctionPurpose();

  /**
   * Returns the number of rounds: simultaneous exchanges of masked tensors, or messages from one
   * party to the other.
   */
  int roundCount();

  /**
   * Returns the length of the masked tensors of one round.
   *
   * @param round from 0
   */
  int roundWordCount(int round);

  /**
   * Returns the words that one party sends in one round; 0 if it sends no message. A party that is
   * silent in one round is silent in all, and its peer's step then has no second round.
   *
   * @param partyId 0 or 1
   * @param round from 0
   */
  default int sentWordCount(int partyId, int round) {
    return roundWordCount(round);
  }

  /**
   * Returns the words that one party sends in one execution, over all rounds.
   *
   * @param partyId 0 or 1
   */
  default long onlineWordCount(int partyId) {
    long words = 0;
    for (int round = 0; round < roundCount(); round++) {
      words += sentWordCount(partyId, round);
    }
    return words;
  }

  /**
   * Returns a number of words as the length of an array.
   *
   * @throws IllegalArgumentException if no array has that many words
   */
  static int requireArrayLength(int layer, long words) {
    if (words > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "layer " + layer + ": a correction of " + words + " words exceeds an array");
    }
    return (int) words;
  }
}
