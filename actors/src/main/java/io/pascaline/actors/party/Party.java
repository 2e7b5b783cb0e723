// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.link.RoleLog;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
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
 * One of the two online parties: its mailbox. It takes each message to who deals with it: {@link
 * EpochCoordinator} with epochs and the links that they need, {@link RequestCoordinator} with
 * requests and their sessions, {@link EpochLayers} with what the layers of an epoch exchange.
 */
public final class Party extends AbstractBehavior<Party.Command> {
  private final PartySettings settings;
  private final Introductions introductions;
  private final RequestCoordinator requests;
  private final EpochCoordinator epochs;
  private final RefusalLog refusals;

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

  /** An epoch is written down; the failure is null then. */
  record EpochNoted(LinkMessage.EpochStart start, KeyedRandom random, Throwable failure)
      implements Command {}

  /** More session numbers may be used; the failure is null then. */
  record NumbersReserved(long epoch, long end, Throwable failure) implements Command {}

  /** A layer has got somewhere. */
  record OnLayer(LayerReport report) implements Command {}

  /** The peer has opened something of a session, for the first time. */
  record PeerOpened(long epoch, long number) implements Command {}

  /** A layer of an epoch stopped by itself; no session can pass it. */
  record LayerDied(long epoch, int layer) implements Command {}

  /** The correlations of an epoch are too old to be used. */
  record EpochExpired(long epoch) implements Command {}

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
    this.settings = settings;
    introductions = new Introductions(settings.model());
    refusals = new RefusalLog(settings.nanoClock());
    requests =
        new RequestCoordinator(
            context,
            settings,
            new Readiness(
                settings.protocolLayerCount(),
                settings.capacity().precomputation().inferences(),
                settings.arithmetic().pool()),
            this::breakEpoch);
    epochs = new EpochCoordinator(context, timers, settings, requests, this::onPeer);
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
        .onMessage(EpochNoted.class, then(noted -> epochs.onEpochNoted(noted)))
        .onMessage(NumbersReserved.class, then(this::onNumbersReserved))
        .onMessage(Drain.class, then(drain -> requests.drain(drain.replyTo())))
        .onMessage(Closing.class, then(closing -> requests.closing()))
        .onMessage(EpochExpired.class, then(this::onEpochExpired))
        .onMessage(RequestEpoch.class, then(due -> epochs.requestNext()))
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
      epochs.dealerFound(link);
    } else if (role == Role.PARTY) {
      epochs.peerFound(link);
    }
  }

  private void onClosed(Link link, String reason) {
    RoleLog.closed(getContext().getLog(), link, reason);
    settings.counters().linkClosed(link);
    if (link == epochs.dealerOrNull()) {
      epochs.dealerLost();
    } else if (link == epochs.peerOrNull()) {
      epochs.peerLost(reason);
    } else {
      requests.onClientLost(link);
    }
  }

  private void onReceived(Link link, LinkMessage message) {
    if (link == epochs.peerOrNull()) {
      onPeer(message);
    } else if (link == epochs.dealerOrNull()) {
      onDealer(message);
    } else if (link.peerHello().role() == Role.CLIENT) {
      onClient(link, message);
    } else {
      settings.counters().messageIgnored();
    }
    settings.inbound().routes().taken(link, message);
  }

  private void onPeer(LinkMessage message) {
    EpochState epoch = epochs.state();
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      if (!epoch.deliver(tensor)) {
        epochs.keepIfEarly(tensor.epoch(), message);
      } else if (!tensor.isInAdvance()) {
        requests.onPeerOpened(tensor.number());
      }
    } else if (message instanceof LinkMessage.Credit credit) {
      if (!epoch.deliver(credit)) {
        epochs.keepIfEarly(credit.epoch(), message);
      }
    } else if (message instanceof LinkMessage.SessionOpen open) {
      if (open.number() == LinkMessage.NO_SESSION) {
        requests.onAsked(open);
      } else if (epoch.isRunning(open.epoch())) {
        requests.onSessionOpen(epochs.peerOrNull(), open);
      } else {
        epochs.keepIfEarly(open.epoch(), message);
      }
    } else if (message instanceof LinkMessage.OfCheck check) {
      if (epoch.isRunning(check.epoch())) {
        requests.onPeerCheck(check);
      } else {
        epochs.keepIfEarly(check.epoch(), message);
      }
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      onPeerAbort(abort);
    } else if (message instanceof LinkMessage.OutputShare output) {
      requests.onPeerOutput(output);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(epochs.peerOrNull(), failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onPeerAbort(LinkMessage.RequestAbort received) {
    EpochState epoch = epochs.state();
    LinkMessage.RequestAbort abort = PeerAborts.believed(received, settings.capacity().limits());
    if (abort.epoch() == LinkMessage.NO_EPOCH) {
      requests.onPeerAbortOfRequest(abort);
    } else if (epoch.isRunning(abort.epoch()) && abort.number() == LinkMessage.NO_SESSION) {
      PeerAborts.noteAccusation(getContext().getLog(), received);
      epochs.onEndedByPeer(abort.reason(), abort.detail());
    } else if (epoch.isRunning(abort.epoch())) {
      requests.onPeerAbort(abort);
    } else if (epochs.isEndEarly(abort.epoch())) {
      epochs.keepIfEarly(abort.epoch(), received);
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

  private void onDealer(LinkMessage message) {
    if (message instanceof LinkMessage.Correction correction
        && epochs.state().deliver(correction)) {
      return;
    }
    if (message instanceof LinkMessage.EpochStart start) {
      epochs.onEpochStart(start);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(epochs.dealerOrNull(), failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onPeerOpened(PeerOpened message) {
    if (epochs.state().isRunning(message.epoch())) {
      requests.onPeerOpened(message.number());
    }
  }

  private void onNumbersReserved(NumbersReserved message) {
    if (message.failure() != null) {
      settings.fatal().accept(StateException.reason(message.failure()));
    } else if (epochs.state().isRunning(message.epoch())) {
      requests.onReserved(message.end());
    }
  }

  private void onLayerDied(LayerDied message) {
    if (epochs.state().isRunning(message.epoch())) {
      breakEpoch(AbortReason.INTERNAL, "layer " + message.layer() + " has stopped");
    }
  }

  private void breakEpoch(AbortReason reason, String detail) {
    epochs.breakEpoch(reason, detail);
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
    if (epochs.state().isRunning(message.report().epoch())) {
      requests.onLayer(message.report());
    }
  }

  private void onEpochExpired(EpochExpired message) {
    if (epochs.state().isRunning(message.epoch())) {
      breakEpoch(AbortReason.DEALER_LOST, "the correlations are too old: try again");
    }
  }
}
