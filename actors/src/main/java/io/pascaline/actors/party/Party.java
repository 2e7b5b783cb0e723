// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.RuntimeSettings;
import io.pascaline.actors.layer.Layer;
import io.pascaline.actors.layer.LayerReport;
import io.pascaline.actors.layer.PartyEpoch;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.metrics.LayerMeter;
import io.pascaline.actors.state.EpochUsedException;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One of the two online parties. Holds its links, the layers of the current epoch and the sessions
 * under way; party 0 gives sessions their numbers.
 *
 * <p>An epoch begins when the dealer says so and the peer is there, and ends when either link is
 * lost: its sessions end with a reason at their clients, its correlations are discarded.
 */
public final class Party extends AbstractBehavior<Party.Command> {
  static final long NO_NUMBER = -1;

  private static final Duration NEXT_EPOCH_AFTER = Duration.ofMillis(200);
  private static final Duration NEXT_EPOCH_RETRY = Duration.ofSeconds(2);

  private final PartySettings settings;
  private final TimerScheduler<Command> timers;
  private final Introductions introductions;
  private final SessionDesk desk;
  private final EarlyMessages early;
  private final EpochEntry entry;
  private final RefusalLog refusals;
  private Link dealer;
  private Link peer;
  private LinkMessage.EpochStart announcedEpoch;

  /** An epoch that is being written down, before anything of it is used. */
  private LinkMessage.EpochStart entering;

  private EpochLayers layers;

  /** What a party is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /**
   * Asks to be told when correlations are ready: in memory as far as they are kept there, the rest
   * in store.
   *
   * @param inferenceCount for how many inferences; at most what the party keeps
   * @param replyTo told once
   */
  public record AwaitReady(int inferenceCount, ActorRef<Done> replyTo) implements Command {}

  /**
   * Asks to take no new request and to let those that it has taken finish.
   *
   * @param replyTo told once none is left
   */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private record EpochNoted(LinkMessage.EpochStart start, KeyedRandom random, Throwable failure)
      implements Command {}

  /** More session numbers may be used; the failure is null then. */
  record NumbersReserved(long epoch, long end, Throwable failure) implements Command {}

  private record OnLayer(LayerReport report) implements Command {}

  /** A layer of an epoch stopped by itself; no session can pass it. */
  record LayerDied(long epoch, int layer) implements Command {}

  /** What was prepared in an epoch is too old to be used. */
  private record EpochExpired(long epoch) implements Command {}

  private enum RequestEpoch implements Command {
    INSTANCE
  }

  /** Requests of which one half has not come may have waited long enough. */
  enum HalvesDue implements Command {
    INSTANCE
  }

  /** A session ended; the reason is null where its client has its answer. */
  record SessionEnded(RequestId request, AbortReason reasonOrNull) implements Command {}

  /** Creates a party; link events must be sent to it as {@link OnLink}. */
  public static Behavior<Command> create(PartySettings settings) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Party(context, timers, settings)));
  }

  private Party(
      ActorContext<Command> context, TimerScheduler<Command> timers, PartySettings settings) {
    super(context);
    this.timers = timers;
    this.settings = settings;
    introductions = new Introductions(settings.model());
    entry = new EpochEntry(settings);
    refusals = new RefusalLog(settings.nanoClock());
    int layerCount = settings.model().plan().layers().size();
    // Every waiting request may be opened and ended again before this party hears of the epoch.
    early = new EarlyMessages(4 * layerCount + 16 + 4 * RuntimeSettings.MAX_COUNT);
    desk =
        new SessionDesk(
            context,
            settings,
            new Readiness(settings.protocolLayerCount(), settings.precomputedCorrelations()),
            () -> breakEpoch(AbortReason.PEER_LOST, "messages of the other party were lost"));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLayer.class, this::onLayer)
        .onMessage(OnLink.class, this::onLink)
        .onMessage(SessionEnded.class, this::onSessionEnded)
        .onMessage(AwaitReady.class, this::onAwaitReady)
        .onMessage(EpochNoted.class, this::onEpochNoted)
        .onMessage(NumbersReserved.class, this::onNumbersReserved)
        .onMessage(Drain.class, this::onDrain)
        .onMessage(EpochExpired.class, this::onEpochExpired)
        .onMessage(RequestEpoch.class, this::onRequestEpoch)
        .onMessage(LayerDied.class, this::onLayerDied)
        .onMessage(HalvesDue.class, this::onHalvesDue)
        .build();
  }

  private Behavior<Command> onLink(OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(Link link) {
    LinkMessage.Failure refusal = introductions.refusal(link.peerHello());
    if (refusal != null) {
      link.send(refusal);
      link.close();
      // Whoever dials a peer that does not fit is set up wrongly; whoever is dialled goes on.
      if (link.dialled()) {
        settings.fatal().accept(refusal.detail());
      } else {
        refusals.refused(getContext().getLog(), link.peerName(), refusal.detail());
      }
      return;
    }
    getContext().getLog().info("the link to {} opened", link.peerName());
    settings.counters().linkOpened(link);
    Role role = link.peerHello().role();
    if (role == Role.DEALER) {
      loseDealer();
      if (dealer != null && dealer != link) {
        dealer.close(); // Or its owner would take it for a link that is heard.
      }
      dealer = link;
    } else if (role == Role.PARTY) {
      endEpoch(AbortReason.PEER_LOST, "the other party started anew: try again");
      if (peer != null && peer != link) {
        peer.close();
      }
      peer = link;
      desk.peer(link);
      beginEpochOnceAllAreHere();
    }
  }

  private void onClosed(Link link, String reason) {
    getContext().getLog().info("the link to {} closed: {}", link.peerName(), reason);
    settings.counters().linkClosed(link);
    if (link == dealer) {
      dealer = null;
      loseDealer();
    } else if (link == peer) {
      peer = null;
      desk.peer(null);
      endEpoch(AbortReason.PEER_LOST, "the other party is gone (" + reason + "): try again later");
    } else {
      desk.onClientLost(link);
    }
  }

  /** What is prepared can be used without the dealer; what is not will never be. */
  private void loseDealer() {
    announcedEpoch = null;
    if (layers == null) {
      endEpoch(AbortReason.DEALER_LOST, "the dealer is gone: try again later");
    } else {
      desk.dealerLost();
    }
  }

  private void onReceived(Link link, LinkMessage message) {
    if (link == peer) {
      onPeer(message);
    } else if (link == dealer) {
      onDealer(message);
    } else if (link.peerHello().role() == Role.CLIENT) {
      onClient(link, message);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onPeer(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      if (isCurrent(tensor.epoch()) && layers.has(tensor.layer())) {
        layers.tell(
            tensor.layer(), new Layer.Opened(tensor.number(), tensor.step(), tensor.words()));
        desk.onPeerAtWork(tensor.number());
      } else {
        keepIfEarly(tensor.epoch(), message);
      }
    } else if (message instanceof LinkMessage.SessionOpen open) {
      if (open.number() == NO_NUMBER) {
        desk.onAsked(open);
      } else if (isCurrent(open.epoch())) {
        desk.onSessionOpen(open);
      } else {
        keepIfEarly(open.epoch(), message);
      }
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      desk.onPeerAbort(abort);
      if (abort.number() != NO_NUMBER && !isCurrent(abort.epoch())) {
        // Its opening waits too: without the abort behind it, its number would never end.
        keepIfEarly(abort.epoch(), message);
      }
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(peer, failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onFailure(Link link, LinkMessage.Failure failure) {
    switch (failure.code()) {
      case PLAN_MISMATCH, SHARING_MISMATCH, WRONG_ROLE, VERSION_MISMATCH -> {
        if (link.dialled()) {
          settings.fatal().accept(failure.detail());
        }
      }
      default -> settings.counters().messageIgnored();
    }
  }

  /** The peer may hear of an epoch first; what it sends then waits, within bounds. */
  private void keepIfEarly(long epoch, LinkMessage message) {
    boolean isOver = entry.isUsed(epoch) && (entering == null || entering.epoch() != epoch);
    if (isOver || !early.keep(epoch, message)) {
      settings.counters().messageIgnored();
    }
  }

  private void onDealer(LinkMessage message) {
    if (message instanceof LinkMessage.Correction correction
        && isCurrent(correction.epoch())
        && layers.has(correction.layer())) {
      layers.tell(correction.layer(), new Layer.Corrected(correction.number(), correction.words()));
    } else if (message instanceof LinkMessage.EpochStart start) {
      onEpochStart(start);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(dealer, failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private boolean isCurrent(long epoch) {
    return layers != null && layers.epoch().epoch() == epoch;
  }

  private void beginEpochOnceAllAreHere() {
    if (peer == null || dealer == null) {
      return;
    }
    if (announcedEpoch == null) {
      requestEpochSoon();
      return;
    }
    LinkMessage.EpochStart start = announcedEpoch;
    if (!entry.isForThisIncarnationOf(peer, start)) {
      // Announced to another incarnation of the peer: its new link is to come, or the next
      // announcement.
      return;
    }
    announcedEpoch = null;
    KeyedRandom random = entry.keys(start);
    if (random == null) {
      return;
    }
    entering = start;
    getContext()
        .pipeToSelf(
            settings.state().watermark().begin(start.epoch(), settings.state().block()),
            (done, failure) -> new EpochNoted(start, random, failure));
  }

  private Behavior<Command> onEpochNoted(EpochNoted message) {
    Throwable failure =
        message.failure() instanceof CompletionException wrapped
            ? wrapped.getCause()
            : message.failure();
    if (failure != null && !(failure instanceof EpochUsedException)) {
      settings.fatal().accept(StateException.reason(failure));
    } else if (message.start() == entering) {
      entering = null;
      if (failure == null) {
        enterEpoch(message.start(), message.random());
      } else {
        getContext().getLog().warn("the dealer announced an epoch again: {}", failure.getMessage());
        requestEpochSoon();
      }
    }
    return this;
  }

  private void enterEpoch(LinkMessage.EpochStart start, KeyedRandom random) {
    if (!entry.note(start)) {
      return;
    }
    layers = EpochLayers.spawn(getContext(), epoch(start.epoch(), random));
    long expiryMs = settings.state().store().expiryMs();
    if (expiryMs > 0) {
      timers.startSingleTimer(
          EpochExpired.class, new EpochExpired(start.epoch()), Duration.ofMillis(expiryMs));
    }
    settings.counters().epochBegun();
    getContext().getLog().info("epoch {} begins", Long.toHexString(start.epoch()));
    timers.cancel(RequestEpoch.INSTANCE);
    desk.enter(layers);
    if (early.replay(start.epoch(), this::onPeer)) {
      breakEpoch(AbortReason.PEER_LOST, "messages of the other party were lost");
    }
  }

  private Behavior<Command> onNumbersReserved(NumbersReserved message) {
    if (message.failure() != null) {
      settings.fatal().accept(StateException.reason(message.failure()));
    } else if (isCurrent(message.epoch())) {
      desk.onReserved(message.end());
    }
    return this;
  }

  /** A new epoch, unless it was seen before or is not meant for this incarnation of the party. */
  private void onEpochStart(LinkMessage.EpochStart start) {
    if (!entry.isForThisIncarnation(start)) {
      settings.counters().messageIgnored();
      return;
    }
    endEpoch(AbortReason.DEALER_LOST, "the dealer started a new epoch: try again");
    announcedEpoch = start;
    beginEpochOnceAllAreHere();
  }

  /** An epoch was lost while the dealer's link held: asks for the next, again until it comes. */
  private void requestEpochSoon() {
    if (!entry.isFirst()) {
      // Not both parties at once: the second request would end what the first began.
      timers.startSingleTimer(
          RequestEpoch.INSTANCE, NEXT_EPOCH_AFTER.multipliedBy(2L - settings.partyId()));
    }
  }

  private Behavior<Command> onRequestEpoch(RequestEpoch message) {
    if (layers == null
        && announcedEpoch == null
        && entering == null
        && dealer != null
        && peer != null) {
      dealer.send(new LinkMessage.Failure(FailureCode.NOT_READY, "the epoch was lost"));
      timers.startSingleTimer(RequestEpoch.INSTANCE, NEXT_EPOCH_RETRY);
    }
    return this;
  }

  private Behavior<Command> onLayerDied(LayerDied message) {
    if (isCurrent(message.epoch())) {
      breakEpoch(AbortReason.INTERNAL, "layer " + message.layer() + " has stopped");
    }
    return this;
  }

  private void breakEpoch(AbortReason reason, String detail) {
    endEpoch(reason, detail);
    requestEpochSoon();
  }

  private PartyEpoch epoch(long epochId, KeyedRandom random) {
    ActorRef<Command> self = getContext().getSelf();
    return new PartyEpoch(
        settings.partyId(),
        epochId,
        random,
        settings.model(),
        LinearKernel.best(),
        settings.pool(),
        settings.precomputedCorrelations(),
        peer,
        dealer,
        settings.state().audit(),
        settings.state().store(),
        settings.counters().openings(),
        new LayerMeter(
            settings.nanoClock(), settings.counters().latencies(), settings.counters().newCredit()),
        report -> self.tell(new OnLayer(report)));
  }

  private void endEpoch(AbortReason reason, String detail) {
    entering = null;
    if (layers != null) {
      getContext().getLog().info("epoch ends: {}", detail);
      layers.stop(getContext());
      layers = null;
      desk.leave(reason, detail);
    }
  }

  private void onClient(Link client, LinkMessage message) {
    settings.gate().taken(client, message);
    if (message instanceof LinkMessage.InputShare share) {
      desk.onInputShare(client, share);
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      desk.onClientAbort(client, abort);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private Behavior<Command> onLayer(OnLayer message) {
    LayerReport report = message.report();
    if (!isCurrent(report.epoch())) {
      return this;
    }
    if (report instanceof LayerReport.Failed failed && failed.number() == NO_NUMBER) {
      breakEpoch(failed.reason(), failed.detail());
    } else {
      desk.onLayer(report);
    }
    return this;
  }

  private Behavior<Command> onSessionEnded(SessionEnded message) {
    desk.onSessionEnded(message.request(), message.reasonOrNull());
    return this;
  }

  private Behavior<Command> onAwaitReady(AwaitReady message) {
    desk.awaitReady(message.inferenceCount(), message.replyTo());
    return this;
  }

  private Behavior<Command> onEpochExpired(EpochExpired message) {
    if (isCurrent(message.epoch())) {
      breakEpoch(AbortReason.DEALER_LOST, "what was prepared is too old: try again");
    }
    return this;
  }

  private Behavior<Command> onHalvesDue(HalvesDue message) {
    desk.onHalvesDue();
    return this;
  }

  private Behavior<Command> onDrain(Drain message) {
    desk.drain(message.replyTo());
    return this;
  }
}
