// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.EarlyMessages;
import io.pascaline.actors.epoch.EpochEntry;
import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.link.RoleLog;
import io.pascaline.actors.state.EpochUsedException;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
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
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.japi.function.Procedure;

/**
 * One of the two online parties. Holds its links, the layers of the current epoch and the sessions
 * in flight.
 *
 * <p>An epoch begins when the dealer says so and the peer is there, and ends when either link is
 * lost: its sessions end with a reason at their clients, its correlations are discarded.
 */
public final class Party extends AbstractBehavior<Party.Command> {
  private final PartySettings settings;
  private final TimerScheduler<Command> timers;
  private final Introductions introductions;
  private final RequestCoordinator requests;
  private final ActorRef<LayerReport> reports;
  private final EarlyMessages early;
  private final EpochEntry entry;
  private final NextEpoch nextEpoch;
  private final RefusalLog refusals;
  private Link dealer;
  private Link peer;
  private EpochState epoch = new EpochState.Idle();

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

  /** Says that this party, or the whole deployment, closes: the end of its links is no fault. */
  public enum Closing implements Command {
    /** The only one. */
    INSTANCE
  }

  private record EpochNoted(LinkMessage.EpochStart start, KeyedRandom random, Throwable failure)
      implements Command {}

  /** More session numbers may be used; the failure is null then. */
  record NumbersReserved(long epoch, long end, Throwable failure) implements Command {}

  private record OnLayer(LayerReport report) implements Command {}

  /** The peer has opened something of a session, for the first time. */
  record PeerOpened(long epoch, long number) implements Command {}

  /** A layer of an epoch stopped by itself; no session can pass it. */
  record LayerDied(long epoch, int layer) implements Command {}

  /** The correlations of an epoch are too old to be used. */
  private record EpochExpired(long epoch) implements Command {}

  /** The dealer may not know that an epoch was lost. */
  enum RequestEpoch implements Command {
    INSTANCE
  }

  /** Requests whose share or number has not come may have waited long enough. */
  enum CheckOverdue implements Command {
    INSTANCE
  }

  /** A session actor ended; the reason is null where its client has its answer. */
  record SessionEnded(ActorRef<Session.Command> session, AbortReason reasonOrNull)
      implements Command {}

  /** A session actor stopped, and has not said so itself if its request is still known. */
  record SessionDied(ActorRef<Session.Command> session) implements Command {}

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
    entry =
        new EpochEntry(
            settings.partyId(),
            settings.identity().dealerKey(),
            settings.identity().nonce(),
            settings.state(),
            settings.fatal());
    nextEpoch = new NextEpoch(timers, entry, settings.partyId());
    reports = context.messageAdapter(LayerReport.class, OnLayer::new);
    refusals = new RefusalLog(settings.nanoClock());
    early = settings.earlyMessages();
    requests =
        new RequestCoordinator(
            context,
            settings,
            new Readiness(
                settings.protocolLayerCount(),
                settings.capacity().precomputation().inferences(),
                settings.arithmetic().pool()),
            this::breakEpoch);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLayer.class, then(this::onLayer))
        .onMessage(PeerOpened.class, then(this::onPeerOpened))
        .onMessage(
            OnLink.class,
            then(on -> on.event().dispatch(this::onOpened, this::onReceived, this::onClosed)))
        .onMessage(
            SessionEnded.class,
            then(ended -> requests.onSessionEnded(ended.session(), ended.reasonOrNull())))
        .onMessage(SessionDied.class, then(died -> requests.onSessionDied(died.session())))
        .onMessage(
            AwaitReady.class,
            then(asked -> requests.awaitReady(asked.inferenceCount(), asked.replyTo())))
        .onMessage(EpochNoted.class, then(this::onEpochNoted))
        .onMessage(NumbersReserved.class, then(this::onNumbersReserved))
        .onMessage(Drain.class, then(drain -> requests.drain(drain.replyTo())))
        .onMessage(Closing.class, then(closing -> requests.closing()))
        .onMessage(EpochExpired.class, then(this::onEpochExpired))
        .onMessage(RequestEpoch.class, then(this::onRequestEpoch))
        .onMessage(LayerDied.class, then(this::onLayerDied))
        .onMessage(CheckOverdue.class, then(due -> requests.onOverdue()))
        .build();
  }

  private <M extends Command> Function<M, Behavior<Command>> then(Procedure<M> handler) {
    return message -> {
      handler.apply(message);
      return this;
    };
  }

  private void onOpened(Link link) {
    LinkMessage.Failure refusal = introductions.refusal(link.peerHello());
    if (refusal != null) {
      link.send(refusal);
      link.close();
      // An initiator that is refused is set up wrongly and ends; a responder continues.
      if (link.dialled()) {
        settings.fatal().accept(refusal.detail());
      } else {
        refusals.refused(getContext().getLog(), link.peerName(), refusal.detail());
      }
      return;
    }
    RoleLog.opened(getContext().getLog(), link);
    settings.counters().linkOpened(link);
    Role role = link.peerHello().role();
    if (role == Role.DEALER) {
      loseDealer();
      if (dealer != null && dealer != link) {
        dealer.close(); // Or its owner would take it for a link that is heard.
      }
      dealer = link;
    } else if (role == Role.PARTY) {
      change(epoch.peerLost(), AbortReason.PEER_LOST, "the other party started anew: try again");
      if (peer != null && peer != link) {
        peer.close();
      }
      peer = link;
      requests.peerFound(link);
      enterEpochOnceAllAreHere();
    }
  }

  private void onClosed(Link link, String reason) {
    RoleLog.closed(getContext().getLog(), link, reason);
    settings.counters().linkClosed(link);
    if (link == dealer) {
      dealer = null;
      loseDealer();
    } else if (link == peer) {
      peer = null;
      requests.peerLost(reason);
      change(
          epoch.peerLost(),
          AbortReason.PEER_LOST,
          "the other party is gone (" + reason + "): try again later");
    } else {
      requests.onClientLost(link);
    }
  }

  /** What is precomputed can be used without the dealer; what is not will never be. */
  private void loseDealer() {
    settings.inbound().routes().dealerLost();
    change(epoch.dealerLost(), AbortReason.DEALER_LOST, "the dealer is gone: try again later");
    if (epoch.stage() == EpochState.Stage.RUNNING) {
      requests.dealerLost();
    }
  }

  /** Enters the next state of the epoch; one that was running ends its sessions for a reason. */
  private void change(EpochState next, AbortReason reason, String detail) {
    EpochState before = epoch;
    epoch = next;
    settings.counters().epochState(next.stage());
    if (before instanceof EpochState.Running running && !next.equals(running)) {
      RoleLog.epochEnds(getContext().getLog(), detail);
      settings.inbound().routes().close();
      running.layers().stop(getContext());
      requests.leaveEpoch(reason, detail);
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
    settings.inbound().routes().taken(link, message);
  }

  private void onPeer(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      if (!epoch.deliver(tensor)) {
        keepIfEarly(tensor.epoch(), message);
      } else if (!tensor.isInAdvance()) {
        requests.onPeerOpened(tensor.number());
      }
    } else if (message instanceof LinkMessage.Credit credit) {
      if (!epoch.deliver(credit)) {
        keepIfEarly(credit.epoch(), message);
      }
    } else if (message instanceof LinkMessage.SessionOpen open) {
      if (open.number() == LinkMessage.NO_SESSION) {
        requests.onAsked(open);
      } else if (epoch.isRunning(open.epoch())) {
        requests.onSessionOpen(peer, open);
      } else {
        keepIfEarly(open.epoch(), message);
      }
    } else if (message instanceof LinkMessage.OfCheck check) {
      if (epoch.isRunning(check.epoch())) {
        requests.onPeerCheck(check);
      } else {
        keepIfEarly(check.epoch(), message);
      }
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      onPeerAbort(abort);
    } else if (message instanceof LinkMessage.OutputShare output) {
      requests.onPeerOutput(output);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(peer, failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onPeerAbort(LinkMessage.RequestAbort received) {
    LinkMessage.RequestAbort abort = PeerAborts.believed(received, settings.capacity().limits());
    if (abort.epoch() == LinkMessage.NO_EPOCH) {
      requests.onPeerAbortOfRequest(abort);
    } else if (epoch.isRunning(abort.epoch()) && abort.number() == LinkMessage.NO_SESSION) {
      PeerAborts.noteAccusation(getContext().getLog(), received);
      change(epoch.ended(), abort.reason(), "the other party: " + abort.detail());
      nextEpoch.askLater(); // The peer asks soon. A second request would end the new epoch.
    } else if (epoch.isRunning(abort.epoch())) {
      requests.onPeerAbort(abort);
    } else if (early.holds(abort.epoch()) || epoch.isEntering(abort.epoch()) && early.isEmpty()) {
      // Its opening waits too: without the abort behind it, its number would never end.
      keepIfEarly(abort.epoch(), received);
    } else {
      // Of an epoch that the peer has left: it must not displace what is early.
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
  private void keepIfEarly(long ofEpoch, LinkMessage message) {
    boolean isOver = entry.isUsed(ofEpoch) && !epoch.isEntering(ofEpoch);
    if (isOver || !early.keep(ofEpoch, message)) {
      settings.counters().messageIgnored();
    }
  }

  private void onDealer(LinkMessage message) {
    if (message instanceof LinkMessage.Correction correction && epoch.deliver(correction)) {
      return;
    }
    if (message instanceof LinkMessage.EpochStart start) {
      onEpochStart(start);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(dealer, failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void enterEpochOnceAllAreHere() {
    if (peer == null || dealer == null) {
      return;
    }
    if (!(epoch instanceof EpochState.Announced announced)) {
      nextEpoch.askSoon();
      return;
    }
    LinkMessage.EpochStart start = announced.start();
    if (!entry.isForThisIncarnationOf(peer, start)) {
      // Announced to another incarnation of the peer: its new link, or an announcement, is to come.
      return;
    }
    KeyedRandom random = entry.keysOrNull(start, dealer);
    if (random == null) {
      change(epoch.ended(), AbortReason.INTERNAL, "the dealer's key differs");
      return;
    }
    change(epoch.recording(), AbortReason.INTERNAL, "");
    getContext()
        .pipeToSelf(
            settings.state().watermark().begin(start.epoch(), settings.state().block()),
            (done, failure) -> new EpochNoted(start, random, failure));
  }

  private void onEpochNoted(EpochNoted message) {
    Throwable failure =
        message.failure() instanceof CompletionException wrapped
            ? wrapped.getCause()
            : message.failure();
    if (failure != null && !(failure instanceof EpochUsedException)) {
      settings.fatal().accept(StateException.reason(failure));
    } else if (epoch instanceof EpochState.Entering entering
        && entering.start() == message.start()) {
      if (failure == null) {
        enterEpoch(message.start(), message.random());
      } else {
        getContext().getLog().warn("the dealer announced an epoch again: {}", failure.getMessage());
        breakEpoch(AbortReason.DEALER_LOST, failure.getMessage());
      }
    }
  }

  private void enterEpoch(LinkMessage.EpochStart start, KeyedRandom random) {
    if (!entry.note(start)) {
      change(epoch.ended(), AbortReason.INTERNAL, "the epoch could not be noted");
      return;
    }
    EpochLayers layers =
        EpochLayers.spawn(
            getContext(), settings.epoch(start.epoch(), random, peer, dealer, reports));
    change(epoch.entered(start, layers), AbortReason.INTERNAL, "");
    long expiryMs = settings.state().store().expiryMs();
    if (expiryMs > 0) {
      timers.startSingleTimer(
          EpochExpired.class, new EpochExpired(start.epoch()), Duration.ofMillis(expiryMs));
    }
    settings.counters().epochBegun();
    RoleLog.epochBegins(getContext().getLog(), start.epoch());
    nextEpoch.entered();
    requests.enterEpoch(layers);
    if (early.replay(start.epoch(), this::onPeer)) {
      breakEpoch(AbortReason.PEER_LOST, "messages of the other party were lost");
    } else if (epoch.isRunning(start.epoch())) {
      settings.inbound().routes().open(peer, dealer, layers, getContext().getSelf());
    }
  }

  private void onPeerOpened(PeerOpened message) {
    if (epoch.isRunning(message.epoch())) {
      requests.onPeerOpened(message.number());
    }
  }

  private void onNumbersReserved(NumbersReserved message) {
    if (message.failure() != null) {
      settings.fatal().accept(StateException.reason(message.failure()));
    } else if (epoch.isRunning(message.epoch())) {
      requests.onReserved(message.end());
    }
  }

  /** A new epoch, unless it was seen before or is not meant for this incarnation of the party. */
  private void onEpochStart(LinkMessage.EpochStart start) {
    if (!entry.isForThisIncarnation(start)) {
      settings.counters().messageIgnored();
      return;
    }
    change(
        epoch.announced(start),
        AbortReason.DEALER_LOST,
        "the dealer started a new epoch: try again");
    enterEpochOnceAllAreHere();
  }

  private void onRequestEpoch(RequestEpoch message) {
    if (epoch.stage() == EpochState.Stage.IDLE && dealer != null && peer != null) {
      dealer.send(new LinkMessage.Failure(FailureCode.NOT_READY, "the epoch was lost"));
      nextEpoch.askLater();
    }
  }

  private void onLayerDied(LayerDied message) {
    if (epoch.isRunning(message.epoch())) {
      breakEpoch(AbortReason.INTERNAL, "layer " + message.layer() + " has stopped");
    }
  }

  /** Ends the epoch here and at the peer, whose sessions would otherwise wait for the dealer. */
  private void breakEpoch(AbortReason reason, String detail) {
    if (peer != null && epoch instanceof EpochState.Running running) {
      peer.send(PeerProxy.endOfEpoch(running.epoch(), reason, detail));
    }
    change(epoch.ended(), reason, detail);
    nextEpoch.askSoon();
  }

  private void onClient(Link client, LinkMessage message) {
    settings.inbound().gate().taken(client, message);
    if (message instanceof LinkMessage.InputShare share) {
      requests.onInputShare(client, share);
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      requests.onClientAbort(client, abort);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onLayer(OnLayer message) {
    if (epoch.isRunning(message.report().epoch())) {
      requests.onLayer(message.report());
    }
  }

  private void onEpochExpired(EpochExpired message) {
    if (epoch.isRunning(message.epoch())) {
      breakEpoch(AbortReason.DEALER_LOST, "the correlations are too old: try again");
    }
  }
}
