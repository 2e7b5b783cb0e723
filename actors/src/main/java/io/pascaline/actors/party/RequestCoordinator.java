// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.party.RequestState.Stage;
import io.pascaline.actors.party.RequestTable.Request;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Takes clients' requests or refuses them, gives them numbers or learns those, and tells the peer
 * of each end. Party 0 gives the numbers, unless the client is party 1 itself. What there is and in
 * which state is in the {@link RequestTable}; this decides what an event does to which request, and
 * {@link RequestActions} does it.
 *
 * <p>Numbers run ahead of what is precomputed by no more than the images that may be in flight;
 * requests beyond that wait without. The one with the earliest deadline gets the next, consecutive
 * numbers, one for each image. The numbers of a session that has ended, used or not, nobody else
 * ever gets. Owned by the party's actor; not thread-safe.
 */
final class RequestCoordinator {
  private static final String OTHER_SHARE_LOST = "the other share of the input came late";

  private final ActorContext<Party.Command> context;
  private final PartySettings settings;
  private final Readiness readiness;
  private final BiConsumer<AbortReason, String> epochBroken;
  private final Admission admission;
  private final Sessions sessions;
  private final RequestTable table;
  private final NumberSupply numbers;
  private final PeerProxy peer;
  private final List<ActorRef<Done>> drainWaiters = new ArrayList<>();
  private final LostCorrelations lost = new LostCorrelations();
  private final DealerChecks checks;
  private final RequestActions actions;
  private boolean isWaking;

  /**
   * Begins with no request and outside any epoch.
   *
   * @param epochBroken ends the epoch at once, for a reason
   */
  RequestCoordinator(
      ActorContext<Party.Command> context,
      PartySettings settings,
      Readiness readiness,
      BiConsumer<AbortReason, String> epochBroken) {
    this.context = context;
    this.settings = settings;
    this.readiness = readiness;
    this.epochBroken = epochBroken;
    long shareTimeoutMs = settings.capacity().limits().otherShareTimeoutMs();
    table = new RequestTable(settings.givesNumbers(), shareTimeoutMs, settings.nanoClock());
    numbers = new NumberSupply(context, settings, table, readiness);
    admission = new Admission(settings, table);
    sessions = new Sessions(context, settings);
    peer = new PeerProxy(1 - settings.partyId(), settings.nanoClock(), context.getLog());
    checks =
        DealerChecks.of(
            new DealerChecks.Surroundings(
                settings, numbers, peer, lost, epochBroken, context.getLog()));
    actions = new RequestActions(table, numbers, peer, lost);
  }

  void peerFound(Link link) {
    peer.found(link);
    table.peerFound();
    admission.peerFound(link.peerHello());
  }

  void peerLost(String reason) {
    peer.lost(reason);
  }

  /** The links of this party are about to close on purpose. */
  void closing() {
    peer.expectLoss();
  }

  /** An epoch began: requests that waited for it get their numbers as far as it is precomputed. */
  void enterEpoch(EpochLayers layers) {
    actions.enterEpoch(layers);
    numbers.enterEpoch(layers.epoch());
    checks.enterEpoch(layers);
    settle();
  }

  /** The epoch is over: its sessions end, others wait for the next. */
  void leaveEpoch(AbortReason reason, String detail) {
    actions.leaveEpoch();
    checks.leaveEpoch();
    numbers.leaveEpoch();
    admission.epochEnded();
    for (Request request : table.endEpoch()) {
      request.session().tell(new Session.Abort(reason, detail));
    }
    settle();
  }

  /** The dealer is gone: what it has dealt is used, and of the rest nothing will come. */
  void dealerLost() {
    if (numbers.dealerLost()) {
      checks.dealerLost();
      for (Request request : table.all()) {
        if (request.sessionOrNull() != null) {
          actions.stopIfUndealt(request);
        }
      }
      settle();
    }
  }

  /** More numbers are durably reserved. */
  void onReserved(long end) {
    numbers.reserved(end);
    for (Request request : table.awaitingReservation()) {
      actions.startIfReserved(request);
    }
    checks.answerReserved();
    settle();
  }

  void onInputShare(Link client, LinkMessage.InputShare share) {
    RequestId id = share.request();
    ClientKey owner = ClientKey.of(client);
    RequestAbort refusal = admission.refusalOrNull(owner, id, share.words().length);
    if (refusal != null) {
      settings.counters().refused(refusal.reason());
      client.send(refusal);
      Request announced = table.byId(id);
      if (announced != null && announced.stage() == Stage.AWAITING_SHARE) {
        actions.drop(announced, refusal.reason(), PeerProxy.endOf(id, refusal.reason()));
      }
    } else {
      int imageCount = share.words().length / settings.model().plan().inputWordCount();
      actions.startIfReserved(table.shareArrived(id, imageCount, sessions.start(client, share)));
    }
    settle();
  }

  /** The party that gives numbers gives queued requests the next ones and tells the peer. */
  private void numberQueued() {
    if (!numbers.prepareToTake(1)) {
      return;
    }
    for (Request request : table.queued()) {
      int imageCount = request.imageCount();
      if (table.unconfirmedCount(request.owner()) + imageCount
          > settings.capacity().clientQuota().sessionsUnconfirmed()) {
        continue; // It may have sent one share alone; others do not wait for that.
      }
      if (numbers.lacksDealer(numbers.next() + imageCount)) {
        continue; // Fewer images may be left correlations for.
      }
      if (!checks.beginBefore(imageCount)) {
        if (actions.isInEpoch() && numbers.lacksDealer(numbers.next() + imageCount)) {
          continue; // Checks have used the correlations for that many images.
        }
        return; // What is due later does not overtake: or a large batch would never get its turn.
      }
      SessionId session = numbers.take(imageCount);
      if (!peer.open(session, imageCount, request.id(), request.timeoutMs())) {
        breakEpoch();
        return;
      }
      actions.startIfReserved(table.numberGiven(request.id(), session, imageCount));
    }
  }

  /** The peer has missed a number, or this party has: neither would understand a later one. */
  private void breakEpoch() {
    epochBroken.accept(AbortReason.PEER_LOST, "messages of the other party were lost");
  }

  /** The peer's part of a check of the dealer. */
  void onPeerCheck(LinkMessage.OfCheck message) {
    if (!checks.onPeer(message)) {
      settings.counters().messageIgnored();
    }
    settle();
  }

  /** Learns a request's number. Numbers come in order; after a gap nothing would fit. */
  void onSessionOpen(Link link, LinkMessage.SessionOpen open) {
    if (settings.givesNumbers() || open.number() < numbers.next()) {
      settings.counters().messageIgnored();
      return;
    }
    if (open.number() > numbers.next() || table.isFullAhead()) {
      breakEpoch();
      return;
    }
    RequestId id = open.request();
    int imageCount = open.imageCount();
    if (numbers.isTooFarAhead(imageCount)) {
      epochBroken.accept(AbortReason.PROTOCOL_VIOLATION, "numbers were opened too far ahead");
      link.close(); // A client that does this deviates, and has nothing left to lose.
      return;
    }
    SessionId session = numbers.take(imageCount);
    actions.epoch().budget().opened(numbers.next());
    checks.askPeer();
    Request request =
        imageCount > admission.maxBatch() ? null : table.numberGiven(id, session, imageCount);
    if (request == null) {
      // Too many images, or an id that the client has repeated, or shared otherwise here.
      actions.discard(session.number(), imageCount);
      peer.ended(session, id, AbortReason.PROTOCOL_VIOLATION, "the number is void");
    } else if (settings.model().clientIsParty1()) {
      startForPeer(link, open, request);
    } else {
      actions.startIfReserved(request);
    }
    settle();
  }

  /** The client that has numbered the request is the peer: nobody else sends a share of it. */
  private void startForPeer(Link link, LinkMessage.SessionOpen open, Request request) {
    RequestId id = request.id();
    int words = open.imageCount() * settings.model().plan().inputWordCount();
    RequestAbort refusal = admission.refusalOrNull(ClientKey.of(link), id, words);
    if (refusal != null) {
      settings.counters().refused(refusal.reason());
      actions.drop(request, refusal.reason(), refusal.detail());
    } else {
      actions.startIfReserved(
          table.shareArrived(id, open.imageCount(), sessions.startForPeer(link, open)));
    }
  }

  /** The peer's share of an answer came, for the client that is this party. */
  void onPeerOutput(LinkMessage.OutputShare output) {
    Request request = table.byId(output.request());
    if (request == null || !settings.givesNumbers() || !settings.model().clientIsParty1()) {
      settings.counters().messageIgnored();
    } else {
      request.session().tell(new Session.PeerOutput(output.words()));
    }
  }

  /** The peer has opened something of a session, and so has its share. */
  void onPeerOpened(long number) {
    Request request = table.byNumber(number);
    if (request != null && table.apply(request, RequestState::peerOpened)) {
      settle();
    }
  }

  /**
   * Some requests have waited long enough. A number whose share has not come ends at both parties.
   * Party 1 asks for shares without a number, and party 0 ends what it is not asked for.
   */
  void onOverdue() {
    isWaking = false;
    for (Request request : table.takeOverdue()) {
      if (request.stage() == Stage.AWAITING_SHARE) {
        actions.drop(request, AbortReason.CLIENT_LOST, OTHER_SHARE_LOST);
      } else if (!settings.givesNumbers()) {
        peer.ask(request.id());
      } else if (peer.isThere() && !request.isAskedFor() && !settings.model().clientIsParty1()) {
        actions.stop(request, AbortReason.CLIENT_LOST, OTHER_SHARE_LOST);
      }
    }
    settle();
  }

  /** Party 0 is asked whether it has a request; if not, party 1 waits in vain. */
  void onAsked(LinkMessage.SessionOpen question) {
    RequestId id = question.request();
    if (!settings.givesNumbers()) {
      settings.counters().messageIgnored();
    } else if (!table.askedFor(id)) {
      peer.ended(null, id, AbortReason.CLIENT_LOST, OTHER_SHARE_LOST);
    }
  }

  /** The peer ended a session of the current epoch, whoever has its number here. */
  void onPeerAbort(RequestAbort abort) {
    if (!table.isGiven(abort.number()) || checks.has(abort.number())) {
      settings.counters().messageIgnored();
      return;
    }
    Request request = table.byNumber(abort.number());
    if (request == null) {
      // What had the number here has ended all its numbers.
      actions.discard(abort.number(), 1);
    } else {
      actions.endForPeer(request, new SessionId(abort.epoch(), abort.number()), abort);
    }
    settle();
  }

  /** The peer ended a request that has no number there; in no epoch, for it outlives them. */
  void onPeerAbortOfRequest(RequestAbort abort) {
    Request request = table.byId(abort.request());
    if (request != null) {
      actions.endForPeer(request, null, abort);
      settle();
    }
  }

  void onClientAbort(Link client, RequestAbort abort) {
    Request request = table.byId(abort.request());
    if (request == null || request.stage() == Stage.AWAITING_SHARE || request.client() != client) {
      return;
    }
    boolean isPeerLost = abort.reason() == AbortReason.PEER_LOST;
    String detail = isPeerLost ? "the client has lost the other party" : "cancelled by the client";
    actions.stop(request, isPeerLost ? AbortReason.PEER_LOST : AbortReason.CANCELLED, detail);
  }

  void onClientLost(Link client) {
    for (Request request : table.all()) {
      if (request.stage() != Stage.AWAITING_SHARE && request.client() == client) {
        actions.stop(request, AbortReason.CLIENT_LOST, "the client is gone");
      }
    }
  }

  /** A session failed in a layer; a number that nobody has yet fails whoever gets it. */
  private void onLayerFailed(LayerReport.Failed failed) {
    Request request = table.byNumber(failed.imageNumber());
    boolean isAhead = request == null && !table.isGiven(failed.imageNumber());
    if (isAhead || (request != null && request.stage() == Stage.AWAITING_SHARE)) {
      lost.add(failed);
    } else if (request != null) {
      actions.stop(request, failed.reason(), failed.detail());
    } else if (checks.has(failed.imageNumber())) {
      checks.lost(failed);
    } else {
      settings.counters().messageIgnored();
    }
  }

  /** A session actor stopped without a word: its client is told in its place. */
  void onSessionDied(ActorRef<Session.Command> session) {
    Request request = table.bySession(session);
    if (request != null) {
      context.getLog().error("the session of request {} has failed", request.id());
      String detail = "the session has failed at party " + settings.partyId();
      request.client().send(RequestAbort.ofRequest(request.id(), AbortReason.INTERNAL, detail, 0));
      onSessionEnded(session, AbortReason.INTERNAL);
    }
  }

  void onSessionEnded(ActorRef<Session.Command> session, AbortReason reasonOrNull) {
    Request request = table.bySession(session);
    if (request == null) {
      return;
    }
    context.unwatch(session);
    SessionId numbered = request.sessionOrNull();
    boolean isKnownToPeer =
        request.state() instanceof RequestState.Ending ending && ending.isKnownToPeer();
    table.apply(request, RequestState::sessionEnded);
    admission.release(request);
    if (reasonOrNull != null) {
      settings.counters().sessionFailed(reasonOrNull, request.imageCount());
      if (actions.isOfEpoch(numbered)) {
        actions.discard(numbered.number(), request.imageCount());
      }
      if (!isKnownToPeer) {
        peer.ended(numbered, request.id(), reasonOrNull);
      }
    }
    settle();
  }

  /** A layer of this epoch has got somewhere with a session. */
  void onLayer(LayerReport report) {
    if (report instanceof LayerReport.Prepared prepared) {
      readiness.prepared(prepared.imageNumber());
      settle();
    } else if (report instanceof LayerReport.Stored stored) {
      readiness.stored(stored.imageNumber());
      gauge();
    } else if (report instanceof LayerReport.Failed failed) {
      onLayerFailed(failed);
    } else if (report instanceof LayerReport.EpochFailed failed) {
      checks.epochFailed(failed.reason(), failed.detail());
    } else if (report instanceof LayerReport.Checked checked) {
      checks.layerChecked(checked.imageNumber());
    } else {
      settings.counters().messageIgnored();
    }
  }

  void awaitReady(int inferenceCount, ActorRef<Done> replyTo) {
    readiness.await(inferenceCount, replyTo);
  }

  /** Takes no new request; tells when there is none left. */
  void drain(ActorRef<Done> replyTo) {
    admission.drain();
    closing();
    drainWaiters.add(replyTo);
    settle();
  }

  /** Does what has become possible, and shows what there is. */
  private void settle() {
    checks.endOverdue();
    numberQueued();
    gauge();
    if (admission.isDrained()) {
      drainWaiters.forEach(waiter -> waiter.tell(Done.getInstance()));
      drainWaiters.clear();
    }
    wakeForOldestIncomplete();
  }

  /** One wake at a time; a timer for each request would make as many as come in that time. */
  private void wakeForOldestIncomplete() {
    Duration delay = table.untilOverdueOrNull();
    Duration ofCheck = checks.untilOverdueOrNull();
    delay = delay == null || (ofCheck != null && ofCheck.compareTo(delay) < 0) ? ofCheck : delay;
    if (delay != null && !isWaking) {
      isWaking = true;
      context.scheduleOnce(delay, context.getSelf(), Party.CheckOverdue.INSTANCE);
    }
  }

  private void gauge() {
    table.show(settings.counters(), readiness.inferencesStored());
  }
}
