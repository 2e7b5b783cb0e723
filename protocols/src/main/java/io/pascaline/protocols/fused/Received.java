package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.ring.WorkSplitter;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;

/** A party's half of what the dealer shares: the correction, or a draw from the party's own key. */
final class Received {
  private Received() {}

  static int[] orDrawn(
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
