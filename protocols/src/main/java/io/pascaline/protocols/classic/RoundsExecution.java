// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Optional;

/** A run of a step with any number of rounds: order of calls, lengths, and the round's number. */
abstract class RoundsExecution implements StepExecution {
  private enum State {
    READY,
    OPENED,
    DONE,
    OVER
  }

  private final PartyStep step;
  private State state = State.READY;
  private int round;
  private DoubleWordShare result;

  RoundsExecution(PartyStep step) {
    this.step = step;
  }

  /** Returns the first round's masked tensor, of which the caller becomes the owner. */
  abstract int[] firstRound();

  /**
   * Takes in the peer's masked tensor of a round, of the right length.
   *
   * @return the next round's, of which the caller becomes the owner; null if there is none
   */
  abstract int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter);

  /** Returns the result after the last round; once. */
  abstract DoubleWordShare finish();

  @Override
  public final MaskedWords start() {
    require(State.READY, "start");
    state = State.OVER;
    int[] words = firstRound();
    if (step.roundCount() == 0) {
      result = finish();
      state = State.DONE;
    } else {
      state = State.OPENED;
    }
    return MaskedWords.of(words);
  }

  @Override
  public final Optional<MaskedWords> receive(MaskedWords fromPeer, WorkSplitter splitter) {
    require(State.OPENED, "receive");
    state = State.OVER;
    int expected = step.roundWordCount(round);
    if (fromPeer.words().length != expected) {
      throw new ProtocolAbortException(
          "masked tensor of the peer", step.layer(), round, expected, fromPeer.words().length);
    }
    int[] next = nextRound(round, fromPeer.words(), splitter);
    round++;
    if (next == null) {
      result = finish();
      state = State.DONE;
      return Optional.empty();
    }
    state = State.OPENED;
    return Optional.of(MaskedWords.of(next));
  }

  @Override
  public final DoubleWordShare result() {
    require(State.DONE, "result");
    return result;
  }

  private void require(State expected, String call) {
    if (state != expected) {
      throw new IllegalStateException(
          call + " at layer " + step.layer() + " needs state " + expected + ", not " + state);
    }
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "[layer="
        + step.layer()
        + ", round="
        + round
        + ", state="
        + state
        + "]";
  }
}
