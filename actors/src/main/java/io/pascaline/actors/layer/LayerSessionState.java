// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.transport.link.Link;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The state of a session in one protocol layer. Immutable. Each event returns the next state; an
 * event that does not fit the state returns the same state.
 *
 * <pre>{@code
 *                 inputs                        started
 * AwaitingInputs ────────> AwaitingCorrelations ────────> AwaitingOpening
 *                                                             │      ^
 *                                                     opening │      │ advanced
 *                                                             v      │
 *                                                             Receiving
 *
 * AwaitingOpening, Receiving ──ended──> Over
 * Receiving ──failed──> Failed ──abandoned──> Over
 * Receiving ──abandoned──> Abandoned ──advanced, failed, ended──> Over
 * any other ──abandoned──> Over
 * }</pre>
 *
 * The layer no longer contains a session that is over.
 */
sealed interface LayerSessionState {
  /**
   * The inputs of a session, for its step to begin with.
   *
   * @param shares what the step reads, by image
   * @param replyTo where the network's output goes in the end
   * @param arrivedNs when the last input came
   */
  record Inputs(List<Share> shares, ActorRef<Layer.Output> replyTo, long arrivedNs) {}

  /**
   * A step that has begun, and has used the session's correlations.
   *
   * @param execution the step's execution for all images
   * @param replyTo where the network's output goes in the end
   * @param arrivedNs when the last input came
   */
  record Run(BatchExecution execution, ActorRef<Layer.Output> replyTo, long arrivedNs) {}

  /** Returns whether the session's correlations are used. */
  default boolean hasStarted() {
    return false;
  }

  /** Returns whether the step still needs the peer's opening of a round. */
  default boolean accepts(int round) {
    return round >= 0;
  }

  /**
   * Returns whether the session ignores all further openings. The peer may still send some until it
   * learns that the session ends.
   */
  default boolean isEnding() {
    return false;
  }

  /** Returns what follows when all inputs are here. */
  default LayerSessionState inputsArrived(Inputs inputs) {
    return this;
  }

  /** Returns what follows when the step has begun. */
  default LayerSessionState started(BatchExecution execution) {
    return this;
  }

  /** Returns what follows when the opening that it awaits is here. */
  default LayerSessionState openingTaken(MaskedWords opening) {
    return this;
  }

  /** Returns what follows when a round is computed, and was not the last one. */
  default LayerSessionState advanced() {
    return this;
  }

  /** Returns what follows when a round could not be computed. */
  default LayerSessionState failed() {
    return this;
  }

  /** Returns what follows when the step has its results. */
  default LayerSessionState ended() {
    return this;
  }

  /** Returns what follows when nobody needs the session any more. */
  default LayerSessionState abandoned() {
    return new Over();
  }

  /** Some of the layer's inputs are not here. */
  record AwaitingInputs() implements LayerSessionState {
    @Override
    public LayerSessionState inputsArrived(Inputs inputs) {
      return new AwaitingCorrelations(inputs);
    }
  }

  /** The inputs are here; some of the images' correlations are not. */
  record AwaitingCorrelations(Inputs inputs) implements LayerSessionState {
    @Override
    public LayerSessionState started(BatchExecution execution) {
      return new AwaitingOpening(new Run(execution, inputs.replyTo(), inputs.arrivedNs()), 0);
    }
  }

  /** A round of the step is awaited or computed. */
  sealed interface InStep extends LayerSessionState {
    /** Returns the step. */
    Run run();

    @Override
    default boolean hasStarted() {
      return true;
    }

    @Override
    default LayerSessionState ended() {
      return new Over();
    }
  }

  /**
   * The step has begun, and waits for the peer's opening of a round. A step that receives nothing
   * ends here.
   */
  record AwaitingOpening(Run run, int round) implements InStep {
    @Override
    public boolean accepts(int ofRound) {
      return ofRound >= round;
    }

    @Override
    public LayerSessionState openingTaken(MaskedWords opening) {
      return new Receiving(run, round, opening);
    }
  }

  /** A round is being computed, by a thread of the pool or in the actor's turn. */
  record Receiving(Run run, int round, MaskedWords opening) implements InStep {
    /**
     * Computes the round, and gives the opening's array back to its link. For any thread, once.
     *
     * @return the masked tensor of the next round; empty after the last one
     */
    Optional<MaskedWords> compute(Link peer, WorkSplitter splitter) {
      Optional<MaskedWords> next = run.execution().receive(opening, splitter);
      peer.recycle(opening.words());
      return next;
    }

    @Override
    public boolean accepts(int ofRound) {
      return ofRound > round;
    }

    @Override
    public LayerSessionState advanced() {
      return new AwaitingOpening(run, round + 1);
    }

    @Override
    public LayerSessionState failed() {
      return new Failed();
    }

    @Override
    public LayerSessionState abandoned() {
      return new Abandoned();
    }
  }

  /** A round could not be computed; the party was told so and will abandon the session. */
  record Failed() implements LayerSessionState {
    @Override
    public boolean hasStarted() {
      return true;
    }

    @Override
    public boolean isEnding() {
      return true;
    }
  }

  /** Nobody needs the session any more, but one of its rounds is still being computed. */
  record Abandoned() implements LayerSessionState {
    @Override
    public boolean hasStarted() {
      return true;
    }

    @Override
    public boolean isEnding() {
      return true;
    }

    @Override
    public LayerSessionState abandoned() {
      return this;
    }

    @Override
    public LayerSessionState advanced() {
      return new Over();
    }

    @Override
    public LayerSessionState failed() {
      return new Over();
    }

    @Override
    public LayerSessionState ended() {
      return new Over();
    }
  }

  /** The session has ended, and its layer no longer contains it. */
  record Over() implements LayerSessionState {
    @Override
    public boolean isEnding() {
      return true;
    }
  }
}
