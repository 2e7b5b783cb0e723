// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.Correlation;
import java.util.Optional;

/** What a {@link ProtocolLayer} tells itself. */
sealed interface ProtocolEvent extends Layer.Command {
  /** A correlation is prepared; the failure is null then. */
  record Prepared(long imageNumber, Correlation correlation, Throwable failure)
      implements ProtocolEvent {}

  /** A correction was put away; the failure is null then. */
  record PutAway(long imageNumber, Throwable failure) implements ProtocolEvent {}

  /** A correction was taken out of the store; the failure is null then. */
  record TakenOut(long imageNumber, int[] words, Throwable failure) implements ProtocolEvent {
    @Override
    public String toString() {
      return "TakenOut[imageNumber=" + imageNumber + "]";
    }
  }

  /** The party has room for more of this layer's correlations. */
  enum Granted implements ProtocolEvent {
    /** The only one. */
    INSTANCE
  }

  /** A round of a session is over; the failure is null then. */
  record Advanced(long sessionNumber, Optional<MaskedWords> next, Throwable failure)
      implements ProtocolEvent {}
}
