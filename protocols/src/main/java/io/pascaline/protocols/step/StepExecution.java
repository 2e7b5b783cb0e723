// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import java.util.Optional;

/**
 * One party's run of one step: {@link #start} once, {@link #receive} once per round, then {@link
 * #result}. A call out of this order throws {@link IllegalStateException}. For one thread at a
 * time.
 *
 * <p>A protocol implements what happens in a round ({@link #firstRound}, {@link #nextRound}, {@link
 * #finish}); order of calls and lengths are checked here.
 */
public abstract class StepExecution {
  private enum State {
    READY,
    OPENED_IN_ADVANCE,
    OPENED,
    DONE,
    OVER
  }

  private final PartyStep step;
  private State state = State.READY;
  private int round;
  private Share result;

  /** Creates a run of {@code step}. */
  protected StepExecution(PartyStep step) {
    this.step = step;
  }

  /**
   * Returns the first round's masked tensor, which the caller then owns; empty if this party sends
   * none.
   */
  protected abstract int[] firstRound();

  /**
   * Takes in the peer's masked tensor of a round, of the right length; it is read and not kept.
   *
   * @return the next round's masked tensor, which the caller then owns; null if there is none
   */
  protected abstract int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter);

  /** Returns the result after the last round; once. */
  protected abstract Share finish();

  /** Returns this party's new share of the step's input; null if the step does not re-share it. */
  protected Share reshare() {
    return null;
  }

  /**
   * Returns the first masked tensor before there is a session. The caller owns it. {@link #start}
   * follows once there is one, and returns nothing to send.
   */
  final MaskedWords startInAdvance() {
    require(State.READY, "startInAdvance");
    state = State.OVER;
    int[] words = firstRound();
    state = State.OPENED_IN_ADVANCE;
    return MaskedWords.of(words);
  }

  /**
   * Returns the first masked tensor for the peer. The caller owns it. Empty, and not to be sent, if
   * this party sends none, or has sent it in advance. If the peer sends none, {@link #result}
   * follows at once.
   */
  public final MaskedWords start() {
    boolean isOpened = state == State.OPENED_IN_ADVANCE;
    if (!isOpened) {
      require(State.READY, "start");
    }
    state = State.OVER;
    int[] words = isOpened ? new int[0] : firstRound();
    if (!step.receives()) {
      result = finish();
      state = State.DONE;
    } else {
      state = State.OPENED;
    }
    return MaskedWords.of(words);
  }

  /**
   * Takes in the peer's masked tensor of the current round, which is read and not kept.
   *
   * @return the next round's masked tensor for the peer, which the caller owns; empty when done
   * @throws ProtocolAbortException if the peer's tensor has the wrong length; the execution is then
   *     over
   */
  public final Optional<MaskedWords> receive(MaskedWords fromPeer, WorkSplitter splitter) {
    require(State.OPENED, "receive");
    state = State.OVER;
    int expected = step.receivedWordCount(round);
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

  /** Returns this party's share of the step's output, which the caller owns, in the step's ring. */
  public final Share result() {
    require(State.DONE, "result");
    return result;
  }

  /**
   * Returns this party's new share of the step's input, which later readers use in place of the
   * old; null if the step does not re-share it.
   */
  public final Share reshared() {
    require(State.DONE, "reshared");
    return reshare();
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
