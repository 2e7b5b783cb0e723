// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Optional;

/** A step of one opening: c = x + mask + offset, then local work on public c. */
abstract class OneRoundExecution implements StepExecution {
  private enum State {
    READY,
    OPENED,
    DONE,
    OVER
  }

  private final int layer;
  private final int offset;
  private State state = State.READY;
  private WordShare input;

  /** The mask, then this party's masked tensor, then the opened tensor. */
  private int[] words;

  private WordShare result;

  /**
   * Creates the execution.
   *
   * @param mask this party's half of the input mask, taken over
   * @param offset added to every word by this party
   */
  OneRoundExecution(int layer, WordShare input, int[] mask, int offset) {
    this.layer = layer;
    this.input = input;
    this.words = mask;
    this.offset = offset;
  }

  /** Returns the result from the opened tensor, which is handed over. */
  abstract WordShare finish(int[] opened, WorkSplitter splitter);

  @Override
  public final MaskedWords start() {
    require(State.READY, "start");
    state = State.OVER;
    int[] x = input.words();
    int[] own = words;
    int[] out = new int[own.length];
    for (int i = 0; i < own.length; i++) {
      int masked = x[i] + own[i] + offset;
      own[i] = masked;
      out[i] = masked;
    }
    input = null;
    state = State.OPENED;
    return MaskedWords.of(out);
  }

  @Override
  public final Optional<MaskedWords> receive(MaskedWords fromPeer, WorkSplitter splitter) {
    require(State.OPENED, "receive");
    state = State.OVER;
    int[] opened = words;
    words = null;
    if (fromPeer.words().length != opened.length) {
      throw new ProtocolAbortException(
          "masked tensor of the peer", layer, 0, opened.length, fromPeer.words().length);
    }
    Words.add(opened, fromPeer.words());
    result = finish(opened, splitter);
    state = State.DONE;
    return Optional.empty();
  }

  @Override
  public final WordShare result() {
    require(State.DONE, "result");
    return result;
  }

  private void require(State expected, String call) {
    if (state != expected) {
      throw new IllegalStateException(
          call + " at layer " + layer + " needs state " + expected + ", not " + state);
    }
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[layer=" + layer + ", state=" + state + "]";
  }
}
