// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.EarlyMessages;
import io.pascaline.actors.epoch.EpochEntry;
import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.link.RoleLog;
import io.pascaline.actors.state.EpochUsedException;
import io.pascaline.actors.state.StateException;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Begins and ends a party's epochs, and holds the links that they need. What there is of an epoch
 * is its {@link EpochState}; this acts on it.
 *
 * <p>An epoch begins when the dealer says so and the peer is there, and ends when either link is
 * lost: its sessions end with a reason at their clients, its correlations are discarded. The peer
 * may hear of an epoch first; what it sends then waits here. Owned by the party's actor; not
 * thread-safe.
 */
final class EpochCoordinator {
  private final ActorContext<Party.Command> context;
  private final TimerScheduler<Party.Command> timers;
  private final PartySettings settings;
  private final RequestCoordinator requests;
  private final Consumer<LinkMessage> fromPeer;
  private final ActorRef<LayerReport> reports;
  private final EarlyMessages early;
  private final EpochEntry entry;
  private final NextEpoch nextEpoch;
  private Link dealer;
  private Link peer;
  private EpochState state = new EpochState.Idle();

  /**
   * Begins outside any epoch and without links.
   *
   * @param requests told when an epoch begins and ends
   * @param fromPeer takes what the peer sent of an epoch before it has begun here
   */
  EpochCoordinator(
      ActorContext<Party.Command> context,
      TimerScheduler<Party.Command> timers,
      PartySettings settings,
      RequestCoordinator requests,
      Consumer<LinkMessage> fromPeer) {
    this.context = context;
    this.timers = timers;
    this.settings = settings;
    this.requests = requests;
    this.fromPeer = fromPeer;
    reports = context.messageAdapter(LayerReport.class, Party.OnLayer::new);
    early = settings.earlyMessages();
    entry =
        new EpochEntry(
            settings.partyId(),
            settings.identity().dealerKey(),
            settings.identity().nonce(),
            settings.state(),
            settings.fatal());
    nextEpoch = new NextEpoch(timers, entry, settings.partyId());
  }

  /** Returns what there is of an epoch. */
  EpochState state() {
    return state;
  }

  /** Returns the dealer's link; null without. */
  Link dealerOrNull() {
    return dealer;
  }

  /** Returns the peer's link; null without. */
  Link peerOrNull() {
    return peer;
  }

  /** A link to the dealer opened, the first or another. */
  void dealerFound(Link link) {
    loseDealer();
    if (dealer != null && dealer != link) {
      dealer.close(); // Or its owner would take it for a link that is heard.
    }
    dealer = link;
  }

  void dealerLost() {
    dealer = null;
    loseDealer();
  }

  /** What is precomputed can be used without the dealer; what is not will never be. */
  private void loseDealer() {
    settings.inbound().routes().dealerLost();
    change(state.dealerLost(), AbortReason.DEALER_LOST, "the dealer is gone: try again later");
    if (state.stage() == EpochState.Stage.RUNNING) {
      requests.dealerLost();
    }
  }

  /** A link to the peer opened, the first or another. */
  void peerFound(Link link) {
    change(state.peerLost(), AbortReason.PEER_LOST, "the other party started anew: try again");
    if (peer != null && peer != link) {
      peer.close();
    }
    peer = link;
    requests.peerFound(link);
    enterOnceAllAreHere();
  }

  void peerLost(String reason) {
    peer = null;
    requests.peerLost(reason);
    change(
        state.peerLost(),
        AbortReason.PEER_LOST,
        "the other party is gone (" + reason + "): try again later");
  }

  /** A new epoch, unless it was seen before or is not meant for this incarnation of the party. */
  void onEpochStart(LinkMessage.EpochStart start) {
    if (!entry.isForThisIncarnation(start)) {
      settings.counters().messageIgnored();
      return;
    }
    change(
        state.announced(start),
        AbortReason.DEALER_LOST,
        "the dealer started a new epoch: try again");
    enterOnceAllAreHere();
  }

  private void enterOnceAllAreHere() {
    if (peer == null || dealer == null) {
      return;
    }
    if (!(state instanceof EpochState.Announced announced)) {
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
      change(state.ended(), AbortReason.INTERNAL, "the dealer's key differs");
      return;
    }
    change(state.recording(), AbortReason.INTERNAL, "");
    context.pipeToSelf(
        settings.state().watermark().begin(start.epoch(), settings.state().block()),
        (done, failure) -> new Party.EpochNoted(start, random, failure));
  }

  void onEpochNoted(Party.EpochNoted message) {
    Throwable failure =
        message.failure() instanceof CompletionException wrapped
            ? wrapped.getCause()
            : message.failure();
    if (failure != null && !(failure instanceof EpochUsedException)) {
      settings.fatal().accept(StateException.reason(failure));
    } else if (state instanceof EpochState.Entering entering
        && entering.start() == message.start()) {
      if (failure == null) {
        enter(message.start(), message.random());
      } else {
        context.getLog().warn("the dealer announced an epoch again: {}", failure.getMessage());
        breakEpoch(AbortReason.DEALER_LOST, failure.getMessage());
      }
    }
  }

  private void enter(LinkMessage.EpochStart start, KeyedRandom random) {
    if (!entry.note(start)) {
      change(state.ended(), AbortReason.INTERNAL, "the epoch could not be noted");
      return;
    }
    EpochLayers layers =
        EpochLayers.spawn(context, settings.epoch(start.epoch(), random, peer, dealer, reports));
    change(state.entered(start, layers), AbortReason.INTERNAL, "");
    long expiryMs = settings.state().store().expiryMs();
    if (expiryMs > 0) {
      timers.startSingleTimer(
          Party.EpochExpired.class,
          new Party.EpochExpired(start.epoch()),
          Duration.ofMillis(expiryMs));
    }
    settings.counters().epochBegun();
    RoleLog.epochBegins(context.getLog(), start.epoch());
    nextEpoch.entered();
    requests.enterEpoch(layers);
    if (early.replay(start.epoch(), fromPeer)) {
      breakEpoch(AbortReason.PEER_LOST, "messages of the other party were lost");
    } else if (state.isRunning(start.epoch())) {
      settings.inbound().routes().open(peer, dealer, layers, context.getSelf());
    }
  }

  /** The peer may hear of an epoch first; what it sends then waits, within bounds. */
  void keepIfEarly(long ofEpoch, LinkMessage message) {
    boolean isOver = entry.isUsed(ofEpoch) && !state.isEntering(ofEpoch);
    if (isOver || !early.keep(ofEpoch, message)) {
      settings.counters().messageIgnored();
    }
  }

  /**
   * Returns whether the end of a session of an epoch is early, too: its opening waits, and without
   * the end behind it, its number would never end. Of an epoch that the peer has left, it must not
   * displace what is early.
   */
  boolean isEndEarly(long ofEpoch) {
    return early.holds(ofEpoch) || (state.isEntering(ofEpoch) && early.isEmpty());
  }

  /** Ends the epoch here and at the peer, whose sessions would otherwise wait for the dealer. */
  void breakEpoch(AbortReason reason, String detail) {
    if (peer != null && state instanceof EpochState.Running running) {
      peer.send(PeerProxy.endOfEpoch(running.epoch(), reason, detail));
    }
    change(state.ended(), reason, detail);
    nextEpoch.askSoon();
  }

  /** The peer has ended the epoch. */
  void onEndedByPeer(AbortReason reason, String detail) {
    change(state.ended(), reason, "the other party: " + detail);
    nextEpoch.askLater(); // The peer asks soon. A second request would end the new epoch.
  }

  /** Enters the next state of the epoch; one that was running ends its sessions for a reason. */
  private void change(EpochState next, AbortReason reason, String detail) {
    EpochState before = state;
    state = next;
    settings.counters().epochState(next.stage());
    if (before instanceof EpochState.Running running && !next.equals(running)) {
      RoleLog.epochEnds(context.getLog(), detail);
      settings.inbound().routes().close();
      running.layers().stop(context);
      requests.leaveEpoch(reason, detail);
    }
  }

  /** Asks the dealer for the next epoch if there is none. */
  void requestNext() {
    if (state.stage() == EpochState.Stage.IDLE && dealer != null && peer != null) {
      dealer.send(new LinkMessage.Failure(FailureCode.NOT_READY, "the epoch was lost"));
      nextEpoch.askLater();
    }
  }
}
