// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;

/** A party's half of what the dealer shares: the correction, or a draw from the party's own key. */
public final class Received {
  private Received() {}

  /**
   * Returns this party's half, which the caller owns.
   *
   * @param correctionOrNull what the dealer sent, returned as it is; null to draw from the key
   * @param label the stream that a party without a correction draws from
   * @throws IllegalArgumentException if there is a correction where none belongs, or none where one
   *     does
   * @throws ProtocolAbortException if the correction has the wrong length
   */
  public static int[] orDrawn(
      PartyStep step,
      SessionId session,
      int[] correctionOrNull,
      KeyedRandom random,
      MaskLabel label,
      WorkSplitter splitter) {
    boolean receives = step.receivesCorrection(session);
    if (receives != (correctionOrNull != null)) {
      throw new IllegalArgumentException(
          "party "
              + step.partyId()
              + (receives ? " needs a" : " takes no")
              + " correction for session "
              + session
              + " at layer "
              + step.layer());
    }
    if (!receives) {
      int[] drawn = new int[step.correctionWordCount()];
      random.fill(label, drawn, splitter);
      return drawn;
    }
    if (correctionOrNull.length != step.correctionWordCount()) {
      throw new ProtocolAbortException(
          "correction", step.layer(), 0, step.correctionWordCount(), correctionOrNull.length);
    }
    return correctionOrNull;
  }
}
