// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.compute.Exhaustion;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.link.RoleLog;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The preprocessing dealer. Deals layer by layer in the order of use, as far as both parties have
 * granted credit; without credit, the dealer is idle. It sees no input, no weight and no message of
 * the online phase.
 *
 * <p>Whenever a party's link opens, a new epoch begins, with keys from fresh nonces of all three.
 */
public final class Dealer extends AbstractBehavior<Dealer.Command> {
  private static final int DIGEST_BYTES = 8;
  private static final Duration RETRY_AFTER = Duration.ofMillis(10);
  private static final Duration ANNOUNCE_AGAIN_AFTER = Duration.ofMillis(200);

  private final DealerSettings settings;
  private final TimerScheduler<Command> timers;
  private final Link[] parties = new Link[2];
  private final Deque<Dealt> unsent = new ArrayDeque<>();
  private final RefusalLog refusals = new RefusalLog(System::nanoTime);
  private DealerEpoch epoch;

  /** An epoch that nobody has heard of yet: it is being written down. */
  private DealerEpoch entering;

  private int dealsInFlight;

  /** Epochs, over or not, whose weight masks are being made. */
  private int setupsInFlight;

  /** What deals in flight and unsent ones take. */
  private long bytesInFlight;

  /** What a dealer is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /** The epoch may be used: that it is has been written down. */
  private record EpochNoted(DealerEpoch epoch, Throwable failure) implements Command {}

  private record NumbersReserved(long epoch, long end, Throwable failure) implements Command {}

  private record StepsMade(long epoch, List<DealerStep> steps, Throwable failure)
      implements Command {}

  private record Dealt(
      long epoch, long number, int layer, int receiver, long bytes, int[] words, Throwable failure)
      implements Command {
    @Override
    public String toString() {
      return "Dealt[number=" + number + ", layer=" + layer + "]";
    }
  }

  private enum BeginEpoch implements Command {
    INSTANCE
  }

  private enum Retry implements Command {
    INSTANCE
  }

  /** The current epoch has lasted as long as any does before another may be asked for. */
  private enum Aged implements Command {
    INSTANCE
  }

  /** The pair that it deals for is no more. */
  enum End implements Command {
    INSTANCE
  }

  /** Creates a dealer; link events must be sent to it as {@link OnLink}. */
  public static Behavior<Command> create(DealerSettings settings) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Dealer(context, timers, settings)));
  }

  private Dealer(
      ActorContext<Command> context, TimerScheduler<Command> timers, DealerSettings settings) {
    super(context);
    this.timers = timers;
    this.settings = settings;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Dealt.class, this::onDealt)
        .onMessage(OnLink.class, this::onLink)
        .onMessage(EpochNoted.class, this::onEpochNoted)
        .onMessage(NumbersReserved.class, this::onNumbersReserved)
        .onMessage(StepsMade.class, this::onStepsMade)
        .onMessage(Retry.class, this::onRetry)
        .onMessage(BeginEpoch.class, this::onBeginEpoch)
        .onMessage(Aged.class, aged -> this)
        .onMessage(End.class, end -> Behaviors.stopped())
        .build();
  }

  private Behavior<Command> onLink(OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(Link link) {
    LinkMessage.Hello hello = link.peerHello();
    LinkMessage.Failure refusal = refusalOrNull(hello, settings.plan());
    if (refusal != null) {
      refuse(link, refusal);
      return;
    }
    RoleLog.opened(getContext().getLog(), link);
    settings.counters().linkOpened(link);
    Link replaced = parties[hello.partyId()];
    parties[hello.partyId()] = link;
    if (replaced != null && replaced != link) {
      replaced.close(); // Or its owner would take it for a link that is heard.
    }
    beginEpoch();
  }

  /** Refuses a remote. The initiator ends, the dealer, which is a responder, continues. */
  private void refuse(Link link, LinkMessage.Failure refusal) {
    refusals.refused(getContext().getLog(), link.peerName(), refusal.detail());
    link.send(refusal);
    link.close();
  }

  /** Returns why a dealer for a plan refuses a remote; null if it is welcome. */
  static LinkMessage.Failure refusalOrNull(LinkMessage.Hello hello, NetworkPlan plan) {
    if (hello.role() != Role.PARTY || hello.partyId() < 0 || hello.partyId() > 1) {
      return new LinkMessage.Failure(
          FailureCode.WRONG_ROLE, "a dealer serves parties 0 and 1 only");
    }
    if (!Arrays.equals(hello.planDigest(), plan.digest())) {
      return new LinkMessage.Failure(
          FailureCode.PLAN_MISMATCH,
          hello.name()
              + " has another model ("
              + HexFormat.of().formatHex(hello.planDigest(), 0, DIGEST_BYTES)
              + ") than the dealer ("
              + HexFormat.of().formatHex(plan.digest(), 0, DIGEST_BYTES)
              + "): give both the files of one sharing");
    }
    return null;
  }

  private void onClosed(Link link, String reason) {
    RoleLog.closed(getContext().getLog(), link, reason);
    settings.counters().linkClosed(link);
    for (int party = 0; party < parties.length; party++) {
      if (parties[party] == link) {
        parties[party] = null;
        endEpoch();
      }
    }
  }

  private Behavior<Command> onBeginEpoch(BeginEpoch message) {
    if (epoch == null && entering == null) {
      beginEpoch();
    }
    return this;
  }

  private void endEpoch() {
    epoch = null;
    entering = null;
    unsent.forEach(dealt -> bytesInFlight -= dealt.bytes());
    unsent.clear();
  }

  private void beginEpoch() {
    endEpoch();
    if (parties[0] == null || parties[1] == null) {
      return;
    }
    DealerEpoch begun = new DealerEpoch(settings, parties[0], parties[1]);
    entering = begun;
    getContext()
        .pipeToSelf(
            settings.state().watermark().begin(begun.id(), settings.state().block()),
            (done, failure) -> new EpochNoted(begun, failure));
  }

  private Behavior<Command> onEpochNoted(EpochNoted message) {
    if (message.failure() != null) {
      settings.fatal().accept(StateException.reason(message.failure()));
    } else if (message.epoch() == entering) {
      announce(message.epoch());
    }
    return this;
  }

  private void announce(DealerEpoch begun) {
    entering = null;
    if (!isNoted(begun.audited())) {
      return;
    }
    epoch = begun;
    if (!begun.announce()) {
      endEpoch();
      timers.startSingleTimer(BeginEpoch.INSTANCE, ANNOUNCE_AGAIN_AFTER);
      return;
    }
    settings.counters().epochBegun();
    RoleLog.epochBegins(getContext().getLog(), begun.id());
    if (settings.pace().minEpochMs() > 0) {
      timers.startSingleTimer(Aged.INSTANCE, Duration.ofMillis(settings.pace().minEpochMs()));
    }
    setupsInFlight++;
    getContext()
        .pipeToSelf(
            settings
                .pool()
                .submit(
                    Urgency.ONLINE,
                    Work.setup(Work.Kind.DEALER_SETUP, Work.ALL_LAYERS),
                    splitter -> begun.makeSteps()),
            (steps, failure) -> new StepsMade(begun.id(), steps, failure));
  }

  private void onReceived(Link link, LinkMessage message) {
    int party = link.peerHello().partyId();
    if (party < 0 || party > 1 || parties[party] != link) {
      return;
    }
    if (message instanceof LinkMessage.Credit credit && isCurrent(credit.epoch())) {
      epoch.grant(link, credit);
      dealAhead();
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onFailure(LinkMessage.Failure failure) {
    if (failure.code() == FailureCode.NOT_READY && entering == null && mayBeAskedForEpoch()) {
      beginEpoch();
    } else {
      settings.counters().messageIgnored(); // Who still has none retries.
    }
  }

  /**
   * Returns whether a party may have another epoch now. Each takes a setup on a pool that serves
   * others too, so a party that is not trusted gets one at a time, and not as many as it likes.
   */
  private boolean mayBeAskedForEpoch() {
    return settings.pace().minEpochMs() == 0
        || (setupsInFlight == 0 && !timers.isTimerActive(Aged.INSTANCE));
  }

  private boolean isCurrent(long id) {
    return epoch != null && epoch.id() == id;
  }

  private Behavior<Command> onStepsMade(StepsMade message) {
    setupsInFlight--;
    if (message.failure() != null) {
      fail("the dealer cannot draw its masks: ", message.failure());
    } else if (isCurrent(message.epoch())) {
      epoch.steps(message.steps());
      dealAhead();
    }
    return this;
  }

  private void fail(String what, Throwable failure) {
    settings.fatal().accept(Exhaustion.line(failure).orElseGet(() -> what + failure));
  }

  /** Notes what is about to be used; false if it must not be. */
  private boolean isNoted(AuditRecord next) {
    try {
      if (settings.state().audit().isOn()) {
        settings.state().audit().record(next);
      }
      return true;
    } catch (StateException full) {
      settings.fatal().accept(full.getMessage());
      return false;
    }
  }

  private void reserveAhead() {
    long id = epoch.id();
    long end = epoch.reservation().wantedEnd(epoch.number());
    if (end >= 0) {
      getContext()
          .pipeToSelf(
              settings.state().watermark().reserve(id, end),
              (done, failure) -> new NumbersReserved(id, end, failure));
    }
  }

  private Behavior<Command> onNumbersReserved(NumbersReserved message) {
    if (message.failure() != null) {
      settings.fatal().accept(StateException.reason(message.failure()));
    } else if (isCurrent(message.epoch())) {
      epoch.reservation().reserved(message.end());
      reserveAhead();
      sendAndGoOn();
    }
    return this;
  }

  private void dealAhead() {
    while (dealsInFlight + unsent.size() < settings.capacity().concurrentDeals()) {
      if (epoch.beginsInference() && settings.pace().quota().waitMs() > 0) {
        timers.startSingleTimer(
            Retry.INSTANCE, Duration.ofMillis(settings.pace().quota().waitMs()));
        return;
      }
      boolean isAlone = dealsInFlight + unsent.size() == 0;
      DealerEpoch.Deal deal =
          epoch.nextDeal(
              isAlone ? Long.MAX_VALUE : settings.capacity().dealBytes() - bytesInFlight);
      if (deal == null) {
        return;
      }
      if (deal.beginsInference()) {
        settings.pace().quota().take();
      }
      if (!isNoted(AuditRecord.dealt(epoch.id(), deal.number(), deal.step().layer()))) {
        return;
      }
      reserveAhead();
      dealsInFlight++;
      bytesInFlight += deal.bytes();
      long epochId = epoch.id();
      SessionId session = new SessionId(epochId, deal.number());
      DealerStep step = deal.step();
      getContext()
          .pipeToSelf(
              settings
                  .pool()
                  .submit(
                      Urgency.OFFLINE,
                      Work.of(Work.Kind.DEAL, step.layer(), deal.number()),
                      splitter -> step.deal(session, splitter)),
              (words, failure) ->
                  new Dealt(
                      epochId,
                      deal.number(),
                      step.layer(),
                      step.receiver(session),
                      deal.bytes(),
                      words,
                      failure));
    }
  }

  private Behavior<Command> onDealt(Dealt message) {
    dealsInFlight--;
    if (message.failure() != null) {
      fail("the dealer cannot deal: ", message.failure());
    }
    if (message.failure() == null && isCurrent(message.epoch())) {
      unsent.add(message);
    } else {
      bytesInFlight -= message.bytes();
    }
    sendAndGoOn();
    return this;
  }

  private Behavior<Command> onRetry(Retry message) {
    sendAndGoOn();
    return this;
  }

  private void sendAndGoOn() {
    if (epoch == null) {
      return;
    }
    while (!unsent.isEmpty()) {
      Dealt next = unsent.peek();
      if (!epoch.send(next.receiver(), next.number(), next.layer(), next.words())) {
        timers.startSingleTimer(Retry.INSTANCE, RETRY_AFTER);
        return;
      }
      unsent.remove();
      bytesInFlight -= next.bytes();
      settings.counters().correctionSent(next.receiver());
    }
    dealAhead();
  }
}
