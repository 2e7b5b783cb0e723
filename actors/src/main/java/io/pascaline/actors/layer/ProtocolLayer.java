// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Exhaustion;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.transport.link.AbortReason;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * A layer with a protocol: linear, activation or product. Precomputes correlations for as many
 * sessions as it has granted the dealer credit for, and drives one state machine per session. That
 * takes its next step as soon as its input, its correlation and the peer's masked tensor have come,
 * in any order.
 */
final class ProtocolLayer extends AbstractBehavior<Layer.Command> {
  private final PartyEpoch epoch;
  private final PartyStep step;

  private final int portCount;

  /** Makes what the step reads of the layer's input shares; local. */
  private final Function<Share[], Share> entry;

  private final LayerOutputs output;

  /** Whether a round is, see {@link ShortWork}. */
  private final boolean isShort;

  private final Map<Long, LayerSession> sessions = new HashMap<>();
  private final SessionNumbers numbers = new SessionNumbers();
  private final StoreWindow store;
  private long nextToDraw;
  private boolean storeHasFailed;

  /** What the layer tells itself. */
  sealed interface Own extends Layer.Command {}

  private record Prepared(long number, Correlation correlation, Throwable failure) implements Own {}

  /** A correction was put away; the failure is null then. */
  private record PutAway(long number, Throwable failure) implements Own {}

  private record TakenOut(long number, int[] words, Throwable failure) implements Own {
    @Override
    public String toString() {
      return "TakenOut[number=" + number + "]";
    }
  }

  /** The party has room for more of this layer's correlations. */
  private enum Granted implements Own {
    INSTANCE
  }

  private record Advanced(long number, Optional<MaskedWords> next, Throwable failure)
      implements Own {}

  static Behavior<Layer.Command> create(
      PartyEpoch epoch,
      PartyStep step,
      int portCount,
      Function<Share[], Share> entry,
      LayerOutputs output) {
    return Behaviors.setup(
        context -> new ProtocolLayer(context, epoch, step, portCount, entry, output));
  }

  private ProtocolLayer(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PartyStep step,
      int portCount,
      Function<Share[], Share> entry,
      LayerOutputs output) {
    super(context);
    this.epoch = epoch;
    this.step = step;
    this.portCount = portCount;
    this.entry = entry;
    this.output = output;
    NetworkPlan plan = epoch.model().plan();
    isShort =
        ShortWork.isRound(plan.layers().get(step.layer()), plan.costs().layers().get(step.layer()));
    store =
        new StoreWindow(
            // What waits for a slow disk is more than a streaming party has room for.
            epoch.precomputation().isStreamed()
                ? 0
                : StoreWindow.sessionsAhead(epoch.store(), plan, epoch.partyId()),
            epoch.precomputation(),
            step.correctionWordCount() > 0);
    extendWindow();
    ActorRef<Layer.Command> self = context.getSelf();
    epoch.budget().join(step.layer(), () -> self.tell(Granted.INSTANCE));
  }

  @Override
  public Receive<Layer.Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Layer.Input.class, this::onInput)
        .onMessage(Layer.Opened.class, this::onOpened)
        .onMessage(Advanced.class, this::onAdvanced)
        .onMessage(Layer.Corrected.class, this::onCorrected)
        .onMessage(Prepared.class, this::onPrepared)
        .onMessage(PutAway.class, this::onPutAway)
        .onMessage(TakenOut.class, this::onTakenOut)
        .onMessage(Granted.class, this::onGranted)
        .onMessage(Layer.Abandon.class, this::onAbandon)
        .build();
  }

  private Behavior<Layer.Command> onInput(Layer.Input message) {
    LayerSession session = session(message.number());
    if (session != null) {
      Share[] inputs = session.arrived(message.port(), message.share(), portCount);
      if (inputs != null) {
        session.input(entry.apply(inputs), message.replyTo(), epoch.meter().nowNs());
        startIfPossible(message.number(), session);
      }
    }
    return this;
  }

  private Behavior<Layer.Command> onOpened(Layer.Opened message) {
    long number = message.number();
    LayerSession session = session(number);
    if (session == null) {
      return this;
    }
    int round = message.step();
    boolean isOfStep = round >= 0 && round < step.roundCount();
    if (!step.receives() || (isOfStep && message.words().length != step.receivedWordCount(round))) {
      // Nothing of another length is kept, and nothing at all that the step does not wait for.
      output.failed(
          number, AbortReason.PROTOCOL_VIOLATION, deviation("length", message.words().length));
      return this;
    }
    if (!session.offer(round, message.words(), step.roundCount())) {
      output.failed(number, AbortReason.PROTOCOL_VIOLATION, deviation("step", round));
      return this;
    }
    advanceIfPossible(number, session);
    return this;
  }

  private String deviation(String what, int value) {
    return "layer " + step.layer() + ": the peer's opening has " + what + " " + value;
  }

  private Behavior<Layer.Command> onCorrected(Layer.Corrected message) {
    long number = message.number();
    if (number < 0
        || number >= store.grantedEnd()
        || !step.receivesCorrection(id(number))
        || numbers.hasEnded(number)
        || store.holds(number)
        || isPreparing(number)) {
      output.ignored();
    } else if (message.words().length != step.correctionWordCount()) {
      discard(
          number,
          AbortReason.PROTOCOL_VIOLATION,
          "layer " + step.layer() + ": a correction from the dealer has another length");
      output.stored(number);
    } else if (number >= windowEnd()) {
      store.offer(number, message.words());
      getContext()
          .pipeToSelf(
              epoch.store().put(epoch.epoch(), step.layer(), number, message.words()),
              (done, failure) -> new PutAway(number, failure));
    } else {
      correct(number, message.words());
    }
    return this;
  }

  private boolean isPreparing(long number) {
    LayerSession session = sessions.get(number);
    return session != null && session.preparing();
  }

  private void correct(long number, int[] words) {
    LayerSession session = session(number);
    if (session == null || !session.beginPreparing()) {
      output.ignored();
      return;
    }
    settled(number);
    prepare(number, words);
  }

  private void settled(long number) {
    store.settled(number);
    output.stored(number);
  }

  private Behavior<Layer.Command> onPutAway(PutAway message) {
    long number = message.number();
    if (message.failure() == null) {
      store.taken(number);
    } else {
      warnOfStore(message.failure());
      int[] words = store.refused(number);
      if (words != null) {
        prepareFrom(number, words);
      }
    }
    settled(number);
    extendWindow();
    return this;
  }

  private void warnOfStore(Throwable failure) {
    if (!storeHasFailed) {
      storeHasFailed = true;
      getContext().getLog().warn("corrections stay in memory: {}", StateException.reason(failure));
    }
  }

  private Behavior<Layer.Command> onTakenOut(TakenOut message) {
    store.answered(message.number());
    LayerSession session = session(message.number());
    if (message.failure() == null) {
      prepareFrom(message.number(), message.words());
    } else if (session != null && !session.preparing()) {
      // One that is being prepared was refused by the store, after it had been asked for.
      discard(message.number(), AbortReason.INTERNAL, failed(message.failure()));
    }
    return this;
  }

  private void prepareFrom(long number, int[] words) {
    LayerSession session = session(number);
    if (session != null && session.beginPreparing()) {
      prepare(number, words);
    }
  }

  private void prepare(long number, int[] correctionOrNull) {
    getContext()
        .pipeToSelf(
            epoch
                .pool()
                .submit(
                    Urgency.OFFLINE,
                    Work.of(Work.Kind.PREPARE, step.layer(), number),
                    splitter -> step.prepare(id(number), correctionOrNull, splitter)),
            (correlation, failure) -> new Prepared(number, correlation, failure));
  }

  private Behavior<Layer.Command> onPrepared(Prepared message) {
    LayerSession session = sessions.get(message.number());
    if (message.failure() != null) {
      discard(message.number(), AbortReason.INTERNAL, failed(message.failure()));
    } else if (session.abandoned()) {
      output.prepared(message.number());
      end(message.number());
    } else {
      session.correlation(message.correlation());
      output.prepared(message.number());
      startIfPossible(message.number(), session);
    }
    return this;
  }

  /**
   * There will be no correlation for the session: it fails, now or when somebody asks for it. Once,
   * for a correction that was not put away is not taken out either, and its layer counts once.
   */
  private void discard(long number, AbortReason reason, String detail) {
    if (numbers.hasEnded(number)) {
      return;
    }
    output.failed(number, reason, detail);
    output.prepared(number);
    end(number);
  }

  private void startIfPossible(long number, LayerSession session) {
    if (!session.canStart()) {
      return;
    }
    MaskedWords masked;
    try {
      masked =
          epoch
              .pool()
              .inline(Work.of(Work.Kind.OPEN, step.layer(), number), () -> session.start(step));
    } catch (RuntimeException refused) {
      // A session so late that the step no longer remembers whether it was opened: it alone fails.
      output.failed(number, AbortReason.INTERNAL, failed(refused));
      return;
    }
    if (step.roundCount() > 0 && step.sentWordCount(0) > 0) {
      open(number, session, masked);
    }
    if (!step.receives()) {
      epoch.meter().done(step.layer(), session.startNs());
      output.deliver(number, session.execution().result(), session.replyTo());
      end(number);
      return;
    }
    advanceIfPossible(number, session);
  }

  private void open(long number, LayerSession session, MaskedWords masked) {
    if (!output.open(number, session.round(), masked.words())) {
      output.failed(
          number,
          AbortReason.PEER_LOST,
          "layer " + step.layer() + ": the peer's link is backed up");
    }
  }

  private void advanceIfPossible(long number, LayerSession session) {
    int[] words = session.takeOpening();
    if (words == null) {
      return;
    }
    Work work = Work.afterRound(step.layer(), number, session.round());
    if (isShort) {
      onAdvanced(advanceHere(work, session, words));
      return;
    }
    getContext()
        .pipeToSelf(
            epoch
                .pool()
                .submit(Urgency.ONLINE, work, splitter -> receive(session, words, splitter)),
            (next, failure) -> new Advanced(number, next, failure));
  }

  private Advanced advanceHere(Work work, LayerSession session, int[] words) {
    long number = work.session();
    try {
      return new Advanced(
          number,
          epoch.pool().inline(work, () -> receive(session, words, WorkSplitter.sequential())),
          null);
    } catch (RuntimeException | OutOfMemoryError failure) {
      return new Advanced(number, Optional.empty(), failure);
    }
  }

  private Optional<MaskedWords> receive(LayerSession session, int[] words, WorkSplitter splitter) {
    Optional<MaskedWords> next = session.execution().receive(MaskedWords.of(words), splitter);
    epoch.peer().recycle(words);
    return next;
  }

  private Behavior<Layer.Command> onAdvanced(Advanced message) {
    long number = message.number();
    LayerSession session = sessions.get(number);
    session.settle();
    if (session.abandoned()) {
      end(number);
    } else if (message.failure() != null) {
      boolean deviated = message.failure() instanceof ProtocolAbortException;
      output.failed(
          number,
          deviated ? AbortReason.PROTOCOL_VIOLATION : AbortReason.INTERNAL,
          failed(message.failure()));
    } else if (message.next().isPresent()) {
      session.advanced();
      open(number, session, message.next().get());
      advanceIfPossible(number, session);
    } else {
      epoch.meter().done(step.layer(), session.startNs());
      output.deliver(number, session.execution().result(), session.replyTo());
      end(number);
    }
    return this;
  }

  private String failed(Throwable failure) {
    return "layer " + step.layer() + ": " + Exhaustion.line(failure).orElseGet(failure::getMessage);
  }

  private Behavior<Layer.Command> onAbandon(Layer.Abandon message) {
    if (!numbers.hasEnded(message.number())) {
      LayerSession session = sessions.computeIfAbsent(message.number(), key -> new LayerSession());
      if (session.abandon()) {
        end(message.number());
      }
    }
    return this;
  }

  /**
   * Returns the session's state, made on first mention; null if it has ended or is out of bounds.
   */
  private LayerSession session(long number) {
    if (numbers.hasEnded(number)) {
      return null;
    }
    if (number < 0 || number >= numbers.endedCount() + PartyEpoch.SESSIONS_AHEAD) {
      output.ignored();
      return null;
    }
    LayerSession session = sessions.computeIfAbsent(number, key -> new LayerSession());
    return session.abandoned() && session.preparing() ? null : session;
  }

  private Behavior<Layer.Command> onGranted(Granted message) {
    extendWindow();
    return this;
  }

  private void end(long number) {
    sessions.remove(number);
    if (numbers.end(number)) {
      epoch.budget().release(step.layer());
      extendWindow();
    }
  }

  private long windowEnd() {
    return Math.min(
        numbers.endedCount() + epoch.precomputation().perLayer(),
        epoch.budget().grantedEnd(step.layer()));
  }

  /** Grants the dealer what has become free and draws what needs no correction. */
  private void extendWindow() {
    long granted = store.grantedEnd();
    long grantEnd = store.grantEnd(windowEnd());
    if (grantEnd > granted
        && !output.grant(grantEnd * step.correctionWordCount() * Integer.BYTES)) {
      output.epochFailed(AbortReason.PEER_LOST, "the dealer's link takes no credit");
    }
    epoch.meter().granted(Math.max(0, grantEnd - granted));
    for (long number = granted; number < grantEnd; number++) {
      if (!step.receivesCorrection(id(number))) {
        output.stored(number); // The key is all that it needs.
      }
    }
    for (; nextToDraw < windowEnd(); nextToDraw++) {
      long number = nextToDraw;
      int[] kept = store.takeKept(number);
      if (kept != null) {
        prepareFrom(number, kept);
      } else if (store.takeStored(number)) {
        getContext()
            .pipeToSelf(
                epoch.store().take(epoch.epoch(), step.layer(), number),
                (words, failure) -> new TakenOut(number, words, failure));
      } else if (!step.receivesCorrection(id(number)) && !numbers.hasEnded(number)) {
        LayerSession session = sessions.computeIfAbsent(number, key -> new LayerSession());
        if (session.beginPreparing()) {
          prepare(number, null);
        }
      }
    }
  }

  private SessionId id(long number) {
    return new SessionId(epoch.epoch(), number);
  }
}
