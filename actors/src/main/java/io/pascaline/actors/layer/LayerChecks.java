// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.Witness;
import io.pascaline.transport.link.AbortReason;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * One layer's part of the checks of the dealer. A number that is checked belongs to no session: its
 * correlation is used up for a witness, as soon as it is prepared and the peer's seed is there. The
 * party that was sent no correction tells the other one the digest of its witness; that one
 * compares. Owned by the layer's actor; not thread-safe.
 */
final class LayerChecks {
  private final ActorContext<Layer.Command> context;
  private final PartyEpoch epoch;
  private final PartyStep step;
  private final LayerCorrelations correlations;
  private final LayerOutputs output;
  private final LongConsumer ended;
  private final Map<Long, Check> checks = new HashMap<>();

  /** What a layer is told of a check. */
  sealed interface Message extends Layer.Command permits Layer.Check, Layer.Witnessed, Computed {
    /** Returns the number that is checked. */
    long number();
  }

  /** The witness of a number is computed; the failure is null then. */
  record Computed(long number, byte[] digest, Throwable failure) implements Message {
    @Override
    public String toString() {
      return "Computed[number=" + number + "]";
    }
  }

  private static final class Check {
    private final byte[] peerSeed;
    private boolean isStarted;
    private byte[] ownDigest;
    private byte[] peerDigest;

    Check(byte[] peerSeed) {
      this.peerSeed = peerSeed;
    }
  }

  /**
   * Begins with none.
   *
   * @param ended told of each number that is done with
   */
  LayerChecks(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PartyStep step,
      LayerCorrelations correlations,
      LayerOutputs output,
      LongConsumer ended) {
    this.context = context;
    this.epoch = epoch;
    this.step = step;
    this.correlations = correlations;
    this.output = output;
    this.ended = ended;
  }

  /** Returns whether a number is being checked. */
  boolean has(long number) {
    return checks.containsKey(number);
  }

  /** Takes in a message of a number that has not ended. */
  void on(Message message) {
    if (message instanceof Layer.Check check) {
      begin(check);
    } else if (message instanceof Layer.Witnessed witnessed) {
      onWitnessed(witnessed);
    } else {
      onComputed((Computed) message);
    }
  }

  /** A number that is not given to any session is to be checked. */
  private void begin(Layer.Check message) {
    if (checks.putIfAbsent(message.number(), new Check(message.peerSeed())) != null) {
      output.ignored();
      return;
    }
    startIfPrepared(message.number());
  }

  /** Computes the witness of a number once it is prepared, if it is checked. */
  void startIfPrepared(long number) {
    Check check = checks.get(number);
    List<Correlation> ready = check == null ? null : correlations.readyOrNull(number, 1);
    if (ready == null || check.isStarted) {
      return;
    }
    check.isStarted = true;
    correlations.taken(number, 1);
    if (step.correctionWordCount() == 0) {
      end(number); // Nothing is dealt.
      return;
    }
    Correlation correlation = ready.get(0);
    SessionId session = correlation.session();
    context.pipeToSelf(
        epoch
            .pool()
            .submit(
                Urgency.OFFLINE,
                Work.of(Work.Kind.DEAL, step.layer(), number),
                splitter ->
                    Witness.digest(
                        session,
                        step.layer(),
                        step.witness(
                            correlation,
                            KeyedRandom.ofSessionSeed(session, check.peerSeed),
                            splitter))),
        (digest, failure) -> new Computed(number, digest, failure));
  }

  /** A witness is computed: it is told the peer, or compared with the peer's. */
  private void onComputed(Computed message) {
    long number = message.number();
    if (message.failure() != null) {
      output.epochFailed(
          AbortReason.INTERNAL,
          "layer " + step.layer() + ": the dealer cannot be checked: " + message.failure());
    } else if (step.receivesCorrection(id(number))) {
      checks.get(number).ownDigest = message.digest();
      compare(number);
    } else if (!output.witness(number, message.digest())) {
      output.epochFailed(
          AbortReason.PEER_LOST, "layer " + step.layer() + ": the peer's link is backed up");
    } else {
      end(number);
    }
  }

  /** The peer's digest, which it tells once, and only who was sent the correction. */
  private void onWitnessed(Layer.Witnessed message) {
    Check check = checks.get(message.number());
    if (check == null
        || check.peerDigest != null
        || !step.receivesCorrection(id(message.number()))) {
      output.ignored();
      return;
    }
    check.peerDigest = message.digest();
    compare(message.number());
  }

  private void compare(long number) {
    Check check = checks.get(number);
    if (check.ownDigest == null || check.peerDigest == null) {
      return;
    }
    if (MessageDigest.isEqual(check.ownDigest, check.peerDigest)) {
      end(number);
    } else {
      output.epochFailed(
          AbortReason.DEALER_FAULT,
          "layer "
              + step.layer()
              + ": the dealer's correction for session "
              + number
              + " is wrong, or the other party has said so falsely");
    }
  }

  private void end(long number) {
    checks.remove(number);
    ended.accept(number);
    output.checked(number);
  }

  private SessionId id(long number) {
    return new SessionId(epoch.epoch(), number);
  }
}
