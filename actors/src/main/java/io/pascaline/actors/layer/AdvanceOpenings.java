// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The openings of one layer that party 1 of an owned network sends in the offline phase, image by
 * image. Each layer of either party has one of three: {@link AdvanceSender} at party 1, {@link
 * AdvanceReceiver} at party 0, and {@link None} if the plan opens the layer online ({@link
 * io.pascaline.layers.plan.KnownShares}). What does not concern one of them has no effect on it.
 * Owned by the layer's actor; not thread-safe.
 */
sealed interface AdvanceOpenings permits AdvanceSender, AdvanceReceiver, AdvanceOpenings.None {
  /** What a layer is told of its openings in advance. */
  sealed interface Message extends Layer.Command permits Layer.Known, Layer.Credited, Retry {}

  /** The party may be idle again, and the link nearly empty. */
  enum Retry implements Message {
    /** The only one. */
    INSTANCE
  }

  /**
   * Returns those of a layer; they begin with no opening.
   *
   * @param entry makes what the step reads of the layer's inputs
   */
  static AdvanceOpenings of(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PartyStep step,
      StepEntry entry,
      LayerCorrelations correlations,
      LayerOutputs output) {
    if (!output.opensInAdvance()) {
      return new None();
    }
    Retries retries = new Retries(context, epoch);
    return epoch.partyId() == 1
        ? new AdvanceSender(epoch, step, entry, correlations, output, retries)
        : new AdvanceReceiver(epoch, step, output, retries);
  }

  /** Takes a message in; false if no message like it is due at this party. */
  default boolean on(Message message) {
    return false;
  }

  /** Returns whether this party sends the layer's openings in advance. */
  default boolean sends() {
    return false;
  }

  /** The correlation of a number is ready: the number is opened if its inputs are known. */
  default void openIfKnown(long number) {}

  /** A session is about to start: those of its numbers are opened that are not yet. */
  default void openForSession(long sessionNumber, LayerSession session, List<Correlation> ready) {}

  /** A session is abandoned. */
  default void abandon(Layer.Abandon session) {}

  /** Grants credit for numbers up to an end, as soon as the link takes it. */
  default void grant(long end) {}

  /** Takes in an opening of a number that has not ended; false if none like it is due. */
  default boolean onArrived(Layer.Opened opening) {
    return false;
  }

  /** Gives a session that awaits it the opening of all its images, if it is here. */
  default void offerTo(long sessionNumber, LayerSession session) {}

  /** A number has ended. */
  default void forget(long number) {}

  /** No opening of the layer is sent in advance. */
  record None() implements AdvanceOpenings {}

  /** Has what the link did not take tried again soon, by {@link Retry}. */
  final class Retries {
    private static final Duration AFTER = Duration.ofMillis(20);

    private final ActorContext<Layer.Command> context;
    private final PartyEpoch epoch;
    private boolean isWaiting;

    /** Begins without any. */
    Retries(ActorContext<Layer.Command> context, PartyEpoch epoch) {
      this.context = context;
      this.epoch = epoch;
    }

    /** Asks for one, unless one is to come already or the link is closed. */
    void ask() {
      if (!isWaiting && epoch.peer().isOpen()) {
        isWaiting = true;
        context.scheduleOnce(AFTER, context.getSelf(), Retry.INSTANCE);
      }
    }

    /** The one that was asked for has come. */
    void came() {
      isWaiting = false;
    }
  }
}
