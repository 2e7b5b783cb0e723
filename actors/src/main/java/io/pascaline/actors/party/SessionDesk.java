package io.pascaline.actors.party;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Admits clients' requests, gives them numbers (party 0) or learns them (party 1), and tells both
 * sides when a session ends early. Owned by the party's actor; not thread-safe.
 */
final class SessionDesk {
  private static final long MAX_TIMEOUT_MS = 3_600_000;

  private final ActorContext<Party.Command> context;
  private final PartySettings settings;
  private final PartySessions sessions = new PartySessions();
  private final Readiness readiness;
  private EpochLayers layers;
  private Link peer;
  private long nextNumber;

  SessionDesk(
      final ActorContext<Party.Command> context,
      final PartySettings settings,
      final Readiness readiness) {
    this.context = context;
    this.settings = settings;
    this.readiness = readiness;
  }

  /** An epoch began: requests that waited for it get their numbers. */
  void enter(final EpochLayers epochLayers, final Link epochPeer) {
    layers = epochLayers;
    peer = epochPeer;
    nextNumber = 0;
    readiness.reset();
    if (settings.partyId() == 0) {
      sessions.waiting().forEach(this::openSession);
    }
  }

  /** The epoch is over: its sessions end, those without a number wait for the next. */
  void leave(final AbortReason reason, final String detail) {
    layers = null;
    peer = null;
    sessions.epochEnded(reason, detail);
  }

  void onInputShare(final Link client, final LinkMessage.InputShare share) {
    final RequestId request = new RequestId(share.requestHigh(), share.requestLow());
    final int expected = settings.model().plan().inputWordCount();
    if (share.words().length != expected || sessions.contains(request)) {
      refuse(
          client,
          request,
          AbortReason.PROTOCOL_VIOLATION,
          "an input has " + expected + " words and a name of its own");
      return;
    }
    // Party 0 admits; party 1 may still be at work on what party 0 has finished.
    if (sessions.size() >= settings.maxSessions() * (1 + settings.partyId())) {
      refuse(
          client,
          request,
          AbortReason.OVERLOADED,
          "party " + settings.partyId() + " has " + sessions.size() + " sessions: try again later");
      return;
    }
    add(client, request, share);
    if (settings.partyId() == 0) {
      if (layers != null) {
        openSession(request);
      }
    } else {
      final Long number = sessions.takeAnnounced(request);
      if (number != null) {
        sessions.admit(request, number, layers);
      }
    }
  }

  private void add(final Link client, final RequestId request, final LinkMessage.InputShare share) {
    final long timeoutMs = Math.max(1, Math.min(share.timeoutMs(), MAX_TIMEOUT_MS));
    final NetworkPlan plan = settings.model().plan();
    final Share input = plan.ring().share(plan.inputShape(), share.words());
    final ActorRef<Session.Command> session =
        context.spawnAnonymous(
            Session.create(
                request, client, input, timeoutMs, context.getSelf(), settings.counters()));
    sessions.add(request, new PartySessions.Entry(session, client, timeoutMs));
  }

  private void refuse(
      final Link client, final RequestId request, final AbortReason reason, final String detail) {
    client.send(
        new LinkMessage.SessionAbort(
            0, Party.NO_NUMBER, request.high(), request.low(), reason, detail));
  }

  /** Party 0 gives the request the next number and tells the peer. */
  private void openSession(final RequestId request) {
    final long number = nextNumber++;
    readiness.taken(number);
    peer.send(
        new LinkMessage.SessionOpen(
            layers.epoch().epoch(),
            number,
            request.high(),
            request.low(),
            sessions.entry(request).timeoutMs()));
    sessions.admit(request, number, layers);
  }

  /** Party 1 learns a request's number. Numbers come in order; anything else is no session. */
  void onSessionOpen(final LinkMessage.SessionOpen open) {
    if (settings.partyId() == 0
        || open.number() != nextNumber
        || sessions.announcedCount() > 4 * settings.maxSessions()) {
      settings.counters().messageIgnored();
      return;
    }
    final RequestId request = new RequestId(open.requestHigh(), open.requestLow());
    nextNumber++;
    readiness.taken(open.number());
    if (sessions.contains(request)) {
      sessions.admit(request, open.number(), layers);
    } else {
      sessions.announce(request, open.number());
    }
  }

  void onPeerAbort(final LinkMessage.SessionAbort abort) {
    final RequestId request = new RequestId(abort.requestHigh(), abort.requestLow());
    final Long announced = sessions.takeAnnounced(request);
    if (announced != null) {
      abandon(announced);
    }
    sessions.abortedByPeer(request, abort.reason(), "the other party: " + abort.detail());
  }

  void onClientAbort(final Link client, final LinkMessage.SessionAbort abort) {
    sessions.cancelled(new RequestId(abort.requestHigh(), abort.requestLow()), client);
  }

  void onClientLost(final Link client) {
    sessions.clientLost(client);
  }

  void onOutput(final long number, final Share share) {
    final ActorRef<Session.Command> session = sessions.session(number);
    if (session != null) {
      session.tell(new Session.Output(settings.model().plan().ring().words(share)));
    }
  }

  void onLayerFailed(final long number, final AbortReason reason, final String detail) {
    final ActorRef<Session.Command> session = sessions.session(number);
    if (session != null) {
      session.tell(new Session.Abort(reason, detail));
    } else {
      settings.counters().messageIgnored();
    }
  }

  void onSessionEnded(final RequestId request, final AbortReason reasonOrNull) {
    final PartySessions.Entry entry = sessions.remove(request);
    if (reasonOrNull == null || entry == null) {
      return;
    }
    if (layers != null && entry.number() != Party.NO_NUMBER) {
      abandon(entry.number());
    }
    if (peer != null && !entry.peerKnows()) {
      peer.send(
          new LinkMessage.SessionAbort(
              layers.epoch().epoch(),
              entry.number(),
              request.high(),
              request.low(),
              reasonOrNull,
              "session " + request + " ended: " + reasonOrNull));
    }
  }

  private void abandon(final long number) {
    layers.abandon(number);
    readiness.abandoned(number);
  }

  void onPrepared(final long number) {
    readiness.prepared(number);
  }

  void awaitReady(final int inferenceCount, final ActorRef<Done> replyTo) {
    readiness.await(inferenceCount, replyTo);
  }
}
