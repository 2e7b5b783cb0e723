// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Exhaustion;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.layer.LayerSessionState.Receiving;
import io.pascaline.actors.layer.ProtocolEvent.Advanced;
import io.pascaline.actors.layer.ProtocolEvent.Granted;
import io.pascaline.actors.layer.ProtocolEvent.Prepared;
import io.pascaline.actors.layer.ProtocolEvent.PutAway;
import io.pascaline.actors.layer.ProtocolEvent.TakenOut;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * A layer with a protocol: linear, activation or product. Precomputes correlations for as many
 * images as it has granted the dealer credit for, and drives one state machine per session. That
 * takes its next step as soon as its inputs, its correlations and the peer's masked tensor have
 * come, in any order.
 *
 * <p>Numbers are those of images: each is dealt for, prepared and put away for itself; a session
 * uses those of its images together. Nothing that goes wrong concerns one image alone, since all
 * share every opening: a lost correlation, an opening of another length or round, a fault of this
 * program and a link that is backed up fail the session.
 */
final class ProtocolLayer extends AbstractBehavior<Layer.Command> {
  private final PartyEpoch epoch;
  private final PartyStep step;

  private final StepEntry entry;
  private final LayerOutputs output;

  /** Of a round of one image, see {@link ShortWork}. */
  private final long roundNs;

  private final LayerCorrelations correlations = new LayerCorrelations();
  private final SessionNumbers numbers = new SessionNumbers();
  private final LayerSessions sessions;
  private final StoreWindow store;
  private final LayerChecks checks;
  private final AdvanceOpenings advance;
  private long nextToDraw;

  static Behavior<Layer.Command> create(
      PartyEpoch epoch, PartyStep step, StepEntry entry, LayerOutputs output) {
    return Behaviors.setup(context -> new ProtocolLayer(context, epoch, step, entry, output));
  }

  private ProtocolLayer(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PartyStep step,
      StepEntry entry,
      LayerOutputs output) {
    super(context);
    this.epoch = epoch;
    this.step = step;
    this.entry = entry;
    this.output = output;
    sessions = new LayerSessions(step, epoch.maxBatch(), numbers, correlations, output);
    advance = AdvanceOpenings.of(context, epoch, step, entry, correlations, output);
    checks = new LayerChecks(context, epoch, step, correlations, output, this::end);
    NetworkPlan plan = epoch.model().plan();
    roundNs =
        ShortWork.roundNs(plan.layers().get(step.layer()), plan.costs().layers().get(step.layer()));
    store =
        new StoreWindow(
            // What waits for a slow disk is more than a streaming party has room for.
            epoch.precomputation().isStreamed()
                ? 0
                : StoreWindow.sessionsAhead(epoch.store(), plan, epoch.partyId()),
            epoch.precomputation(),
            step.correctionWordCount() > 0
                && plan.costs().receiver().ofTwoSessions(epoch.partyId()) > 0);
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
        .onMessage(
            Granted.class,
            granted -> {
              extendWindow();
              return this;
            })
        .onMessage(Layer.Abandon.class, this::onAbandon)
        .onMessage(LayerChecks.Message.class, this::onCheck)
        .onMessage(AdvanceOpenings.Message.class, this::onAdvance)
        .build();
  }

  private Behavior<Layer.Command> onInput(Layer.Input message) {
    LayerSession session = sessions.of(message);
    if (session != null) {
      session.arrived(message, entry, epoch.meter()::nowNs);
      startIfPossible(message.sessionNumber(), session);
    }
    return this;
  }

  private Behavior<Layer.Command> onOpened(Layer.Opened message) {
    long sessionNumber = message.sessionNumber();
    if (message.round() == LinkMessage.IN_ADVANCE) {
      // A number that has ended did so while its opening was on the way.
      if (!numbers.hasEnded(sessionNumber) && !advance.onArrived(message)) {
        output.ignored();
      }
      Long asked = sessions.before(sessionNumber);
      if (asked != null) {
        advanceIfPossible(asked, sessions.get(asked));
      }
      return this;
    }
    LayerSession session = checks.has(sessionNumber) ? null : sessions.of(message);
    if (session == null) {
      return this;
    }
    if (!session.offer(message.round(), message.words(), step.roundCount())) {
      sessions.deviated(sessionNumber, "round " + message.round());
      return this;
    }
    advanceIfPossible(sessionNumber, session);
    return this;
  }

  private Behavior<Layer.Command> onAdvance(AdvanceOpenings.Message message) {
    boolean isOver = message instanceof Layer.Known known && numbers.hasEnded(known.number());
    if (!isOver && !advance.on(message)) {
      output.ignored();
    }
    return this;
  }

  private Behavior<Layer.Command> onCorrected(Layer.Corrected message) {
    long imageNumber = message.imageNumber();
    if (imageNumber < 0
        || imageNumber >= store.grantedEnd()
        || !step.receivesCorrection(id(imageNumber))
        || numbers.hasEnded(imageNumber)
        || store.holds(imageNumber)
        || correlations.hasBegun(imageNumber)) {
      output.ignored();
    } else if (message.words().length != step.correctionWordCount()) {
      output.failedByDealer(imageNumber, "a correction from the dealer has another length");
      drop(imageNumber);
      output.stored(imageNumber);
    } else if (imageNumber >= windowEnd()) {
      store.offer(imageNumber, message.words());
      getContext()
          .pipeToSelf(
              epoch.store().put(epoch.epoch(), step.layer(), imageNumber, message.words()),
              (done, failure) -> new PutAway(imageNumber, failure));
    } else {
      correct(imageNumber, message.words());
    }
    return this;
  }

  private void correct(long imageNumber, int[] words) {
    if (!correlations.begin(imageNumber)) {
      output.ignored();
      return;
    }
    settled(imageNumber);
    prepare(imageNumber, words);
  }

  private void settled(long imageNumber) {
    store.settled(imageNumber);
    output.stored(imageNumber);
  }

  private Behavior<Layer.Command> onPutAway(PutAway message) {
    long imageNumber = message.imageNumber();
    if (message.failure() == null) {
      store.taken(imageNumber);
    } else {
      store.warnOnce(getContext().getLog(), message.failure());
      int[] words = store.refused(imageNumber);
      if (words != null) {
        prepareFrom(imageNumber, words);
      }
    }
    settled(imageNumber);
    extendWindow();
    return this;
  }

  private Behavior<Layer.Command> onTakenOut(TakenOut message) {
    store.answered(message.imageNumber());
    if (message.failure() == null) {
      prepareFrom(message.imageNumber(), message.words());
    } else if (!correlations.hasBegun(message.imageNumber())) {
      // One that is being prepared was refused by the store, after it had been asked for.
      discard(message.imageNumber(), AbortReason.INTERNAL, failed(message.failure()));
    }
    return this;
  }

  private void prepareFrom(long imageNumber, int[] words) {
    if (!numbers.hasEnded(imageNumber) && correlations.begin(imageNumber)) {
      prepare(imageNumber, words);
    }
  }

  private void prepare(long imageNumber, int[] correctionOrNull) {
    getContext()
        .pipeToSelf(
            epoch
                .pool()
                .submit(
                    Urgency.OFFLINE,
                    Work.of(Work.Kind.PREPARE, step.layer(), imageNumber),
                    splitter -> step.prepare(id(imageNumber), correctionOrNull, splitter)),
            (correlation, failure) -> new Prepared(imageNumber, correlation, failure));
  }

  private Behavior<Layer.Command> onPrepared(Prepared message) {
    long imageNumber = message.imageNumber();
    if (message.failure() != null) {
      discard(imageNumber, AbortReason.INTERNAL, failed(message.failure()));
    } else if (!correlations.prepared(imageNumber, message.correlation())) {
      drop(imageNumber);
    } else {
      output.prepared(imageNumber);
      Correlation ready = message.correlation();
      output.known(imageNumber, ready.knownOutputOrNull(), ready.knownInputOrNull());
      checks.startIfPrepared(imageNumber);
      advance.openIfKnown(imageNumber);
      Long session = sessions.before(imageNumber);
      if (session != null) {
        startIfPossible(session, sessions.get(session));
      }
    }
    return this;
  }

  /**
   * There will be no correlation for the image: its session fails, now or when somebody asks for
   * it. Once, for a correction that was not put away is not taken out either, and its layer counts
   * once.
   */
  private void discard(long imageNumber, AbortReason reason, String detail) {
    if (numbers.hasEnded(imageNumber)) {
      return;
    }
    output.failed(imageNumber, reason, detail);
    drop(imageNumber);
  }

  private void drop(long imageNumber) {
    output.prepared(imageNumber);
    end(imageNumber);
  }

  private void startIfPossible(long sessionNumber, LayerSession session) {
    List<Correlation> ready =
        session.awaitsCorrelations()
            ? correlations.readyOrNull(sessionNumber, session.imageCount())
            : null;
    if (ready == null) {
      return;
    }
    MaskedWords masked;
    try {
      masked =
          epoch
              .pool()
              .inline(
                  Work.of(Work.Kind.OPEN, step.layer(), sessionNumber, session.imageCount()),
                  () -> {
                    advance.openForSession(sessionNumber, session, ready);
                    return session.start(step, ready);
                  });
    } catch (RuntimeException | OutOfMemoryError refused) {
      // A session so late that the step no longer remembers whether it was opened: it alone fails.
      output.failed(sessionNumber, AbortReason.INTERNAL, failed(refused));
      return;
    }
    correlations.taken(sessionNumber, session.imageCount());
    boolean sends = step.roundCount() > 0 && step.sentWordCount(0) > 0 && !advance.sends();
    if (sends && !open(sessionNumber, session, 0, masked)) {
      return; // Nobody may take the layer for done whose peer waits for this.
    }
    if (!step.receives()) {
      finish(sessionNumber, session);
      return;
    }
    advanceIfPossible(sessionNumber, session);
  }

  private void finish(long sessionNumber, LayerSession session) {
    LayerSessionState.Run run = session.end();
    epoch.meter().done(step.layer(), run.arrivedNs());
    output.deliver(sessionNumber, run.execution().results(), run.replyTo());
    if (output.reshares()) {
      output.deliverInput(sessionNumber, run.execution().reshared(), run.replyTo());
    }
    endAll(sessionNumber, session);
  }

  /** Sends an opening; false, and the session fails, if the link does not take it. */
  private boolean open(long sessionNumber, LayerSession session, int round, MaskedWords masked) {
    boolean taken = output.open(sessionNumber, session.imageCount(), round, masked.words());
    if (!taken) {
      output.failed(
          sessionNumber,
          AbortReason.PEER_LOST,
          "layer " + step.layer() + ": the peer's link is backed up");
    }
    return taken;
  }

  private void advanceIfPossible(long sessionNumber, LayerSession session) {
    advance.offerTo(sessionNumber, session);
    Receiving taken = session.takeOpeningOrNull();
    if (taken == null) {
      return;
    }
    Work work = Work.afterRound(step.layer(), sessionNumber, taken.round(), session.imageCount());
    if (session.imageCount() * roundNs <= ShortWork.MAX_NS) {
      onAdvanced(advanceHere(work, taken));
      return;
    }
    getContext()
        .pipeToSelf(
            epoch
                .pool()
                .submit(Urgency.ONLINE, work, splitter -> taken.compute(epoch.peer(), splitter)),
            (next, failure) -> new Advanced(sessionNumber, next, failure));
  }

  private Advanced advanceHere(Work work, Receiving taken) {
    long sessionNumber = work.session();
    try {
      return new Advanced(
          sessionNumber,
          epoch.pool().inline(work, () -> taken.compute(epoch.peer(), WorkSplitter.sequential())),
          null);
    } catch (RuntimeException | OutOfMemoryError failure) {
      return new Advanced(sessionNumber, Optional.empty(), failure);
    }
  }

  private Behavior<Layer.Command> onAdvanced(Advanced message) {
    long sessionNumber = message.sessionNumber();
    LayerSession session = sessions.get(sessionNumber);
    if (session.isAbandoned()) {
      endAll(sessionNumber, session);
    } else if (message.failure() != null) {
      session.fail();
      boolean deviated = message.failure() instanceof ProtocolAbortException;
      output.failed(
          sessionNumber,
          deviated ? AbortReason.PROTOCOL_VIOLATION : AbortReason.INTERNAL,
          failed(message.failure()));
    } else if (message.next().isPresent()) {
      int round = session.advance();
      if (open(sessionNumber, session, round, message.next().get())) {
        advanceIfPossible(sessionNumber, session);
      }
    } else {
      finish(sessionNumber, session);
    }
    return this;
  }

  private String failed(Throwable failure) {
    return "layer " + step.layer() + ": " + Exhaustion.line(failure).orElseGet(failure::getMessage);
  }

  private Behavior<Layer.Command> onCheck(LayerChecks.Message message) {
    if (numbers.hasEnded(message.number())) {
      output.ignored();
    } else {
      advance.forget(message.number());
      checks.on(message);
    }
    return this;
  }

  private Behavior<Layer.Command> onAbandon(Layer.Abandon message) {
    if (checks.has(message.sessionNumber())) {
      output.ignored(); // Nobody has it whose end could end it.
      return this;
    }
    advance.abandon(message);
    LayerSession session = sessions.get(message.sessionNumber());
    if (session != null && session.hasStarted()) {
      if (session.abandon()) {
        endAll(message.sessionNumber(), session);
      }
      return this;
    }
    sessions.remove(message.sessionNumber());
    long end = message.sessionNumber() + message.imageCount();
    for (long number = message.sessionNumber(); number < end; number++) {
      if (!numbers.hasEnded(number) && correlations.abandon(number)) {
        end(number);
      }
    }
    return this;
  }

  /** Ends a session that has used its correlations, with all its numbers. */
  private void endAll(long sessionNumber, LayerSession session) {
    sessions.remove(sessionNumber);
    for (int image = 0; image < session.imageCount(); image++) {
      end(sessionNumber + image);
    }
  }

  /** Ends one image's number, used or not. */
  private void end(long imageNumber) {
    correlations.forget(imageNumber);
    advance.forget(imageNumber);
    if (numbers.end(imageNumber)) {
      epoch.budget().release(step.layer());
      extendWindow();
    }
  }

  private long windowEnd() {
    return windowEnd(epoch.budget().grantedEnd(step.layer()));
  }

  private long windowEnd(long budgetEnd) {
    return Math.min(numbers.endedCount() + epoch.precomputation().perLayer(), budgetEnd);
  }

  /** Grants the dealer what has become free and draws what needs no correction. */
  private void extendWindow() {
    long granted = store.grantedEnd();
    long grantEnd = store.grantEnd(windowEnd());
    if (grantEnd > granted
        && !output.grant(grantEnd * step.correctionWordCount() * Integer.BYTES)) {
      output.epochFailed(AbortReason.PEER_LOST, "the dealer's link takes no credit");
    }
    advance.grant(windowEnd(epoch.budget().advanceEnd(step.layer())));
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
        prepareFrom(number, null);
      }
    }
  }

  private SessionId id(long number) {
    return new SessionId(epoch.epoch(), number);
  }
}
