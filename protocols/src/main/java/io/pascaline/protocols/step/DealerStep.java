// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;

/**
 * The dealer's side of one layer's step. Thread-safe: sessions may be dealt at the same time.
 * Dealing the same session again gives the same words.
 */
public interface DealerStep {
  /** Returns the layer's id in the plan. */
  int layer();

  /** Returns the words of one correction; 0 if the step needs none. */
  int correctionWordCount();

  /**
   * Returns the party, 0 or 1, that is sent the correction of {@code session}: the parity of the
   * session's number plus the layer, so that both dealer links carry half the load.
   */
  default int receiver(SessionId session) {
    return Corrections.receiver(session, layer());
  }

  /**
   * Returns the correction for the {@link #receiver}: the words that make the two parties' drawn
   * halves fit. The caller owns the array. Secret from everybody but the receiver.
   */
  int[] deal(SessionId session, WorkSplitter splitter);
}
