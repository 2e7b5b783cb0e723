// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.Share;

/**
 * One party's side of one layer's step, for all inferences of an epoch. Thread-safe: sessions may
 * be prepared and opened at the same time.
 */
public interface PartyStep {
  /** Returns the layer's id in the plan. */
  int layer();

  /** Returns 0 or 1. */
  int partyId();

  /** Returns the words of one correction; 0 if the step needs none. */
  int correctionWordCount();

  /** Returns whether the dealer sends the correction of {@code session} to this party. */
  default boolean receivesCorrection(SessionId session) {
    return correctionWordCount() > 0 && Corrections.receiver(session, layer()) == partyId();
  }

  /**
   * Does the work that needs no input, ahead of time.
   *
   * @param correctionOrNull what the dealer sent, taken over; null if this party receives none
   * @throws IllegalArgumentException if the session is the setup or of another epoch, or if there
   *     is a correction where none belongs, or none where one does
   * @throws ProtocolAbortException if the correction has the wrong length
   */
  Correlation prepare(SessionId session, int[] correctionOrNull, WorkSplitter splitter);

  /**
   * Uses up {@code correlation} for {@code input}.
   *
   * @param correlation prepared by this step
   * @param input this party's share, of which the elements are read until {@link
   *     StepExecution#start} has returned and never written
   * @throws IllegalStateException if the correlation, or another one of its session, was used
   * @throws IllegalArgumentException if another step prepared it, or the input has another length
   *     or is in another ring
   */
  StepExecution open(Correlation correlation, Share input);

  /** Returns how many times masked tensors are exchanged. */
  int roundCount();

  /**
   * Returns the length of the masked tensors of one round, which is the same in both directions.
   *
   * @param round from 0
   */
  int roundWordCount(int round);

  /** Returns the words that each party sends in one execution, over all rounds. */
  default long onlineWordsPerDirection() {
    long words = 0;
    for (int round = 0; round < roundCount(); round++) {
      words += roundWordCount(round);
    }
    return words;
  }
}
