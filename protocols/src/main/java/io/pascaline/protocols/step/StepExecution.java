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
 */
public interface StepExecution {
  /**
   * Returns the first masked tensor for the peer. The caller owns it. Empty, and not to be sent, if
   * the step has no round; then {@link #result} follows at once.
   */
  MaskedWords start();

  /**
   * Takes in the peer's masked tensor of the current round, which is read and not kept.
   *
   * @return the next round's masked tensor for the peer, which the caller owns; empty when done
   * @throws ProtocolAbortException if the peer's tensor has the wrong length; the execution is then
   *     over
   */
  Optional<MaskedWords> receive(MaskedWords fromPeer, WorkSplitter splitter);

  /**
   * Returns this party's share of the step's output, which the caller owns: in words or in double
   * words, as the step's input.
   */
  Share result();
}
