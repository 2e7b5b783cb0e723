// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.RuntimeSettings;
import io.pascaline.actors.layer.LayerReport;
import io.pascaline.actors.state.Reservation;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Admits clients' requests, gives them numbers (party 0) or learns them (party 1), and tells both
 * sides when a session ends early. Numbers run ahead of what is prepared by no more than the
 * sessions that may be under way; requests beyond that wait without one. Owned by the party's
 * actor; not thread-safe.
 */
final class SessionDesk {
  private static final int MAX_ANNOUNCED = 4096;
  private static final String OTHER_HALF_LOST = "the other half of the input did not come in time";
  private static final String DEALER_LOST = "the dealer is gone: try again later";

  private final ActorContext<Party.Command> context;
  private final PartySettings settings;
  private final Readiness readiness;
  private final Runnable epochBroken;
  private final ClientQuotas quotas;
  private final HalfRequests halves;
  private final int maxUnconfirmed;
  private final PartySessions sessions = new PartySessions();
  private final PeerProxy peer = new PeerProxy();

  /** Announced to party 1, and beyond the numbers that are reserved yet. */
  private final Deque<LinkMessage.SessionOpen> unreserved = new ArrayDeque<>();

  private final List<ActorRef<Done>> drainWaiters = new ArrayList<>();

  /** Under way at the peer when this party began to drain: their shares are still taken. */
  private final Set<RequestId> awaited = new HashSet<>();

  private final Map<Long, LayerReport.Failed> discarded = new HashMap<>();
  private EpochLayers layers;
  private Reservation reservation;
  private long nextNumber;
  private boolean dealerLost;
  private boolean draining;

  SessionDesk(
      ActorContext<Party.Command> context,
      PartySettings settings,
      Readiness readiness,
      Runnable epochBroken) {
    this.context = context;
    this.settings = settings;
    this.readiness = readiness;
    this.epochBroken = epochBroken;
    quotas =
        new ClientQuotas(
            settings.limits(),
            settings.maxSessions(),
            1 + settings.partyId(),
            settings.nanoClock());
    maxUnconfirmed =
        settings
            .limits()
            .clientSessionsUnconfirmed(settings.maxSessions(), settings.precomputedCorrelations());
    halves =
        new HalfRequests(
            settings.limits().otherHalfTimeoutMs(),
            settings.nanoClock(),
            delay -> context.scheduleOnce(delay, context.getSelf(), Party.HalvesDue.INSTANCE));
  }

  /** The link to the other party; null while there is none. */
  void peer(Link link) {
    peer.link(link);
  }

  /** An epoch began: requests that waited for it get their numbers as far as it is prepared. */
  void enter(EpochLayers epochLayers) {
    layers = epochLayers;
    nextNumber = 0;
    reservation = settings.state().reservation();
    dealerLost = false;
    unreserved.clear();
    discarded.clear();
    readiness.reset();
    openWaiting();
  }

  /** The epoch is over: its sessions end, those without a number wait for the next. */
  void leave(AbortReason reason, String detail) {
    layers = null;
    unreserved.clear();
    readiness.reset();
    sessions.announced().forEach(halves::ended);
    sessions.epochEnded(reason, detail);
    gauge();
    answerDrain();
  }

  /** What is prepared goes on without the dealer; of the rest nothing will come. */
  void dealerLost() {
    if (!dealerLost) {
      dealerLost = true;
      sessions.endFrom(readiness.storedEnd(), AbortReason.DEALER_LOST, DEALER_LOST);
    }
  }

  /** More numbers may be used. */
  void onReserved(long end) {
    reservation.reserved(end);
    while (!unreserved.isEmpty() && unreserved.peek().number() < end) {
      learn(unreserved.remove());
    }
    reserveAhead();
    openWaiting();
  }

  /** Takes no new request; tells when there is none left. */
  void drain(ActorRef<Done> replyTo) {
    if (!draining) {
      draining = true;
      awaited.addAll(sessions.announced());
    }
    drainWaiters.add(replyTo);
    answerDrain();
  }

  private void answerDrain() {
    awaited.removeIf(request -> !sessions.isAnnounced(request));
    if (draining && sessions.size() == 0 && awaited.isEmpty()) {
      drainWaiters.forEach(waiter -> waiter.tell(Done.getInstance()));
      drainWaiters.clear();
    }
  }

  private void gauge() {
    int inFlight = sessions.numberedCount();
    settings.counters().gauges(inFlight, sessions.size() - inFlight, readiness.inferencesStored());
  }

  void onInputShare(Link client, LinkMessage.InputShare share) {
    RequestId request = new RequestId(share.requestHigh(), share.requestLow());
    int expected = settings.model().plan().inputWordCount();
    if (share.words().length != expected || sessions.contains(request)) {
      refuse(
          client,
          request,
          AbortReason.PROTOCOL_VIOLATION,
          "an input has " + expected + " words and a name of its own",
          0);
      return;
    }
    String party = "party " + settings.partyId();
    long retryAfterMs = settings.limits().retryAfterMs();
    if (draining && !awaited.contains(request)) {
      refuse(client, request, AbortReason.SHUTTING_DOWN, party + " is about to stop", retryAfterMs);
      return;
    }
    if (sessions.size() >= maxRequests()) {
      refuse(
          client,
          request,
          AbortReason.OVERLOADED,
          party + " has " + sessions.size() + " sessions: try again later",
          retryAfterMs);
      return;
    }
    long quotaMs = quotas.enter(PartySessions.owner(client));
    if (quotaMs > 0) {
      refuse(
          client,
          request,
          AbortReason.OVERLOADED,
          party + " takes no more from one client: ask for less at a time",
          quotaMs);
      return;
    }
    add(client, request, share);
    Long number = sessions.takeAnnounced(request);
    if (number != null) {
      admit(request, number);
    } else if (settings.partyId() == 1) {
      halves.began(request);
    }
    openWaiting();
    gauge();
  }

  /** Party 0 admits; party 1 may still be at work on what party 0 has finished. */
  private int maxRequests() {
    return (settings.maxSessions() + settings.limits().maxQueued()) * (1 + settings.partyId());
  }

  private void add(Link client, RequestId request, LinkMessage.InputShare share) {
    long timeoutMs = Math.max(1, Math.min(share.timeoutMs(), RuntimeSettings.MAX_TIMEOUT_MS));
    NetworkPlan plan = settings.model().plan();
    Share input = plan.ring().share(plan.inputShape(), share.words());
    ActorRef<Session.Command> session =
        context.spawnAnonymous(
            Session.create(
                request,
                client,
                input,
                timeoutMs,
                context.getSelf(),
                settings.counters(),
                settings.nanoClock()));
    sessions.add(request, new PartySessions.Entry(session, client, timeoutMs));
  }

  private void refuse(
      Link client, RequestId request, AbortReason reason, String detail, long retryAfterMs) {
    settings.counters().refused(reason);
    client.send(
        new LinkMessage.RequestAbort(
            0, Party.NO_NUMBER, request.high(), request.low(), reason, detail, retryAfterMs));
    Long announced = sessions.takeAnnounced(request);
    if (announced != null) {
      discard(request, announced);
      tellPeer(request, announced, reason, ended(request, reason));
    }
  }

  /** A number of which nothing will come here. */
  private void discard(RequestId request, long number) {
    halves.ended(request);
    discarded.remove(number);
    layers.abandon(number);
  }

  private boolean mayOpen() {
    return settings.partyId() == 0
        && layers != null
        && nextNumber < reservation.end()
        && sessions.numberedCount() < settings.maxSessions()
        && nextNumber - readiness.readyEnd() < settings.maxSessions()
        && (!dealerLost || nextNumber < readiness.storedEnd());
  }

  /** Party 0 gives waiting requests the next numbers and tells the peer. */
  private void openWaiting() {
    if (!mayOpen()) {
      return;
    }
    for (RequestId request : sessions.waiting()) {
      if (!mayOpen()) {
        return;
      }
      if (mustConfirmFirst(sessions.entry(request).client())) {
        continue; // Others do not wait for that.
      }
      long number = nextNumber;
      boolean sent =
          peer.open(layers.epoch().epoch(), number, request, sessions.entry(request).timeoutMs());
      if (!sent) {
        // The peer would miss a number and understand no later one.
        epochBroken.run();
        return;
      }
      nextNumber++;
      reserveAhead();
      admit(request, number);
    }
  }

  /** Returns a client whose sessions have begun here alone: they may have no other half. */
  private boolean mustConfirmFirst(Link client) {
    return sessions.unconfirmed().count(PartySessions.owner(client)) >= maxUnconfirmed;
  }

  /** The peer has opened something of a session, and so has its half. */
  void onPeerAtWork(long number) {
    if (sessions.unconfirmed().remove(number)) {
      openWaiting();
      gauge();
    }
  }

  private void reserveAhead() {
    long end = reservation.wantedEnd(nextNumber);
    if (end >= 0) {
      long epoch = layers.epoch().epoch();
      context.pipeToSelf(
          settings.state().watermark().reserve(epoch, end),
          (done, failure) -> new Party.NumbersReserved(epoch, end, failure));
    }
  }

  private void admit(RequestId request, long number) {
    readiness.taken(number);
    halves.ended(request);
    sessions.admit(request, number, layers);
    LayerReport.Failed failed = discarded.remove(number);
    if (failed != null) {
      sessions.session(number).tell(new Session.Abort(failed.reason(), failed.detail()));
    } else if (dealerLost && number >= readiness.storedEnd()) {
      sessions.endFrom(number, AbortReason.DEALER_LOST, DEALER_LOST);
    }
  }

  /** Party 1 learns a request's number. Numbers come in order; after a gap nothing would fit. */
  void onSessionOpen(LinkMessage.SessionOpen open) {
    if (settings.partyId() == 0 || open.number() < nextNumber) {
      settings.counters().messageIgnored();
      return;
    }
    if (open.number() > nextNumber
        || sessions.announcedCount() + unreserved.size() >= MAX_ANNOUNCED) {
      epochBroken.run();
      return;
    }
    nextNumber++;
    reserveAhead();
    if (open.number() < reservation.end()) {
      learn(open);
    } else {
      unreserved.add(open);
    }
  }

  private void learn(LinkMessage.SessionOpen open) {
    RequestId request = new RequestId(open.requestHigh(), open.requestLow());
    readiness.taken(open.number());
    if (sessions.contains(request)) {
      admit(request, open.number());
    } else {
      sessions.announce(request, open.number());
      halves.began(request);
    }
  }

  /**
   * Party 1 has waited long enough for some halves. A number whose input has not come ends here and
   * at party 0. An input without a number may be in party 0's queue for good reasons: party 1 asks,
   * and again later.
   */
  void onHalvesDue() {
    for (RequestId request : halves.takeDue()) {
      Long announced = sessions.takeAnnounced(request);
      if (announced != null) {
        discard(request, announced);
        tellPeer(request, announced, AbortReason.CLIENT_LOST, OTHER_HALF_LOST);
      } else if (sessions.isWaiting(request)) {
        peer.ask(request);
        halves.began(request);
      }
    }
    answerDrain();
  }

  /** Party 0 is asked whether it has a request; if not, the other half is waited for in vain. */
  void onAsked(LinkMessage.SessionOpen question) {
    RequestId request = new RequestId(question.requestHigh(), question.requestLow());
    if (settings.partyId() == 1) {
      settings.counters().messageIgnored();
    } else if (!sessions.contains(request)) {
      tellPeer(request, Party.NO_NUMBER, AbortReason.CLIENT_LOST, OTHER_HALF_LOST);
    }
  }

  void onPeerAbort(LinkMessage.RequestAbort abort) {
    RequestId request = new RequestId(abort.requestHigh(), abort.requestLow());
    Long announced = sessions.takeAnnounced(request);
    if (announced != null) {
      discard(request, announced);
    }
    boolean wasUnreserved =
        unreserved.removeIf(
            open -> open.requestHigh() == request.high() && open.requestLow() == request.low());
    if (wasUnreserved) {
      layers.abandon(abort.number());
    }
    sessions.abortedByPeer(
        request, abort.number(), abort.reason(), "the other party: " + abort.detail());
    answerDrain();
  }

  void onClientAbort(Link client, LinkMessage.RequestAbort abort) {
    sessions.cancelled(new RequestId(abort.requestHigh(), abort.requestLow()), client);
  }

  void onClientLost(Link client) {
    sessions.clientLost(client);
  }

  /** A layer of this epoch has got somewhere with a session. */
  void onLayer(LayerReport report) {
    if (report instanceof LayerReport.Prepared prepared) {
      onPrepared(prepared.number());
    } else if (report instanceof LayerReport.Stored stored) {
      onStored(stored.number());
    } else if (report instanceof LayerReport.Output output) {
      onOutput(output.number(), output.share());
    } else if (report instanceof LayerReport.Failed failed) {
      onLayerFailed(failed);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onOutput(long number, Share share) {
    ActorRef<Session.Command> session = sessions.session(number);
    if (session != null) {
      session.tell(new Session.Output(settings.model().plan().ring().words(share)));
    }
  }

  /**
   * A session failed in a layer; one that nobody has asked for yet fails whoever gets its number.
   */
  private void onLayerFailed(LayerReport.Failed failed) {
    ActorRef<Session.Command> session = sessions.session(failed.number());
    if (session != null) {
      session.tell(new Session.Abort(failed.reason(), failed.detail()));
    } else if (failed.number() >= nextNumber || sessions.isAnnounced(failed.number())) {
      discarded.put(failed.number(), failed);
    } else {
      settings.counters().messageIgnored();
    }
  }

  void onSessionEnded(RequestId request, AbortReason reasonOrNull) {
    PartySessions.Entry entry = sessions.remove(request);
    halves.ended(request);
    if (entry != null) {
      quotas.left(PartySessions.owner(entry.client()));
    }
    if (reasonOrNull != null && entry != null) {
      settings.counters().sessionFailed(reasonOrNull);
      if (layers != null && entry.number() != Party.NO_NUMBER) {
        layers.abandon(entry.number());
      }
      if (!entry.peerKnows()) {
        tellPeer(request, entry.number(), reasonOrNull, ended(request, reasonOrNull));
      }
    }
    openWaiting();
    gauge();
    answerDrain();
  }

  private static String ended(RequestId request, AbortReason reason) {
    return "session " + request + " ended: " + reason;
  }

  private void tellPeer(RequestId request, long number, AbortReason reason, String detail) {
    peer.ended(layers == null ? 0 : layers.epoch().epoch(), number, request, reason, detail);
  }

  private void onStored(long number) {
    readiness.stored(number);
    gauge();
  }

  private void onPrepared(long number) {
    readiness.prepared(number);
    openWaiting();
    gauge();
  }

  void awaitReady(int inferenceCount, ActorRef<Done> replyTo) {
    readiness.await(inferenceCount, replyTo);
  }
}
