package io.pascaline.actors.party;

import io.pascaline.actors.layer.Layer;
import io.pascaline.actors.layer.LayerReport;
import io.pascaline.actors.layer.PartyEpoch;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.ring.LinearKernel;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One of the two online parties. Holds its links, the layers of the current epoch and the sessions
 * under way; party 0 gives sessions their numbers.
 *
 * <p>An epoch begins when the dealer says so and the peer is there, and ends when either link is
 * lost: its sessions end with a reason at their clients, its correlations are burnt.
 */
public final class Party extends AbstractBehavior<Party.Command> {
  static final long NO_NUMBER = -1;
  private static final long MAX_TIMEOUT_MS = 3_600_000;

  private final PartySettings settings;
  private final Introductions introductions;
  private final PartySessions sessions = new PartySessions();
  private final EarlyMessages early;
  private final Readiness readiness;
  private final Set<Long> usedEpochs = new HashSet<>();
  private Link dealer;
  private Link peer;
  private LinkMessage.EpochStart announcedEpoch;
  private EpochLayers layers;
  private long nextNumber;

  /** What a party is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /**
   * Asks to be told when correlations are ready.
   *
   * @param inferenceCount for how many inferences; at most the party's correlationsAhead
   * @param replyTo told once
   */
  public record AwaitReady(int inferenceCount, ActorRef<Done> replyTo) implements Command {}

  private record OnLayer(LayerReport report) implements Command {}

  /** A session ended; the reason is null where its client has its answer. */
  record SessionEnded(RequestId request, AbortReason reasonOrNull) implements Command {}

  /** Creates a party; link events must be sent to it as {@link OnLink}. */
  public static Behavior<Command> create(final PartySettings settings) {
    return Behaviors.setup(context -> new Party(context, settings));
  }

  private Party(final ActorContext<Command> context, final PartySettings settings) {
    super(context);
    this.settings = settings;
    introductions = new Introductions(settings.model());
    final int layerCount = settings.model().plan().layers().size();
    early = new EarlyMessages(4 * layerCount + 16);
    readiness =
        new Readiness(
            (int)
                settings.model().plan().layers().stream()
                    .filter(layer -> !(layer instanceof LocalLayer))
                    .count());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLayer.class, this::onLayer)
        .onMessage(OnLink.class, this::onLink)
        .onMessage(SessionEnded.class, this::onSessionEnded)
        .onMessage(AwaitReady.class, this::onAwaitReady)
        .build();
  }

  private Behavior<Command> onLink(final OnLink message) {
    final LinkEvent event = message.event();
    if (event instanceof LinkEvent.Received received) {
      onReceived(received.link(), received.message());
    } else if (event instanceof LinkEvent.Opened opened) {
      onOpened(opened.link());
    } else if (event instanceof LinkEvent.Closed closed) {
      onClosed(closed.link(), closed.reason());
    }
    return this;
  }

  private void onOpened(final Link link) {
    final LinkMessage.Failure refusal = introductions.refusal(link.peerHello());
    if (refusal != null) {
      link.send(refusal);
      link.close();
      if (link.peerHello().role() != Role.CLIENT) {
        settings.fatal().accept(refusal.detail());
      }
      return;
    }
    settings.counters().linkOpened(link);
    final Role role = link.peerHello().role();
    if (role == Role.DEALER) {
      endEpoch(AbortReason.DEALER_LOST, "the dealer started anew: try again");
      announcedEpoch = null;
      dealer = link;
    } else if (role == Role.PARTY) {
      endEpoch(AbortReason.PEER_LOST, "the other party started anew: try again");
      peer = link;
      beginEpochOnceAllAreHere();
    }
  }

  private void onClosed(final Link link, final String reason) {
    if (link == dealer) {
      dealer = null;
      announcedEpoch = null;
      endEpoch(AbortReason.DEALER_LOST, "the dealer is gone (" + reason + "): try again later");
    } else if (link == peer) {
      peer = null;
      endEpoch(AbortReason.PEER_LOST, "the other party is gone (" + reason + "): try again later");
    } else {
      sessions.clientLost(link);
    }
  }

  private void onReceived(final Link link, final LinkMessage message) {
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

  private void onPeer(final LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      if (isCurrent(tensor.epoch()) && layers.has(tensor.layer())) {
        layers.tell(
            tensor.layer(), new Layer.Opened(tensor.number(), tensor.step(), tensor.words()));
      } else {
        keepIfEarly(tensor.epoch(), message);
      }
    } else if (message instanceof LinkMessage.SessionOpen open) {
      if (isCurrent(open.epoch())) {
        onSessionOpen(open);
      } else {
        keepIfEarly(open.epoch(), message);
      }
    } else if (message instanceof LinkMessage.SessionAbort abort) {
      onPeerAbort(abort);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onFailure(final LinkMessage.Failure failure) {
    switch (failure.code()) {
      case PLAN_MISMATCH, SHARING_MISMATCH, WRONG_ROLE, VERSION_MISMATCH ->
          settings.fatal().accept(failure.detail());
      default -> settings.counters().messageIgnored();
    }
  }

  /** The peer may hear of an epoch first; what it sends then waits, within bounds. */
  private void keepIfEarly(final long epoch, final LinkMessage message) {
    if (usedEpochs.contains(epoch) || !early.keep(epoch, message)) {
      settings.counters().messageIgnored();
    }
  }

  private void onDealer(final LinkMessage message) {
    if (message instanceof LinkMessage.Correction correction
        && isCurrent(correction.epoch())
        && layers.has(correction.layer())) {
      layers.tell(correction.layer(), new Layer.Corrected(correction.number(), correction.words()));
    } else if (message instanceof LinkMessage.EpochStart start) {
      endEpoch(AbortReason.DEALER_LOST, "the dealer started a new epoch: try again");
      announcedEpoch = start;
      beginEpochOnceAllAreHere();
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(failure);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private boolean isCurrent(final long epoch) {
    return layers != null && layers.epoch().epoch() == epoch;
  }

  private void beginEpochOnceAllAreHere() {
    if (peer == null || dealer == null) {
      return;
    }
    if (announcedEpoch == null) {
      // The epoch was lost with the peer's link; one party asks for the next.
      if (settings.partyId() == 1 && !usedEpochs.isEmpty()) {
        dealer.send(new LinkMessage.Failure(FailureCode.NOT_READY, "the epoch was lost"));
      }
      return;
    }
    final LinkMessage.EpochStart start = announcedEpoch;
    announcedEpoch = null;
    final byte[] own = settings.partyId() == 0 ? start.party0Nonce() : start.party1Nonce();
    if (!Arrays.equals(own, settings.nonce()) || !usedEpochs.add(start.epoch())) {
      settings.fatal().accept("the dealer repeats an epoch: restart the dealer");
      return;
    }
    layers = EpochLayers.spawn(getContext(), epoch(start));
    readiness.reset();
    nextNumber = 0;
    getContext().getLog().info("epoch {} begins", Long.toHexString(start.epoch()));
    early.replay(start.epoch(), this::onPeer);
    if (settings.partyId() == 0) {
      sessions.waiting().forEach(this::openSession);
    }
  }

  private PartyEpoch epoch(final LinkMessage.EpochStart start) {
    final byte[] salt =
        ByteBuffer.allocate(Long.BYTES + 3 * LinkMessage.NONCE_BYTES)
            .putLong(start.epoch())
            .put(start.dealerNonce())
            .put(start.party0Nonce())
            .put(start.party1Nonce())
            .array();
    final ActorRef<Command> self = getContext().getSelf();
    return new PartyEpoch(
        settings.partyId(),
        start.epoch(),
        KeyedRandom.derive(settings.dealerKey(), salt),
        settings.model(),
        LinearKernel.best(),
        settings.pool(),
        settings.correlationsAhead(),
        4 * settings.maxSessions() + settings.correlationsAhead(),
        peer,
        dealer,
        settings.counters().openings(),
        report -> self.tell(new OnLayer(report)));
  }

  private void endEpoch(final AbortReason reason, final String detail) {
    if (layers != null) {
      getContext().getLog().info("epoch ends: {}", detail);
      layers.stop(getContext());
      layers = null;
      sessions.epochEnded(reason, detail);
    }
  }

  private void onClient(final Link client, final LinkMessage message) {
    if (message instanceof LinkMessage.InputShare share) {
      onInputShare(client, share);
    } else if (message instanceof LinkMessage.SessionAbort abort) {
      sessions.cancelled(new RequestId(abort.requestHigh(), abort.requestLow()), client);
    } else {
      settings.counters().messageIgnored();
    }
  }

  private void onInputShare(final Link client, final LinkMessage.InputShare share) {
    final RequestId request = new RequestId(share.requestHigh(), share.requestLow());
    final int expected = settings.model().plan().inputShape().elementCount();
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
    final long timeoutMs = Math.max(1, Math.min(share.timeoutMs(), MAX_TIMEOUT_MS));
    final WordShare input = WordShare.of(settings.model().plan().inputShape(), share.words());
    sessions.add(
        request,
        new PartySessions.Entry(
            getContext()
                .spawnAnonymous(
                    Session.create(request, client, input, timeoutMs, getContext().getSelf())),
            client,
            timeoutMs));
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

  private void refuse(
      final Link client, final RequestId request, final AbortReason reason, final String detail) {
    client.send(
        new LinkMessage.SessionAbort(0, NO_NUMBER, request.high(), request.low(), reason, detail));
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

  private void onSessionOpen(final LinkMessage.SessionOpen open) {
    final RequestId request = new RequestId(open.requestHigh(), open.requestLow());
    if (settings.partyId() == 0
        || open.number() != nextNumber
        || sessions.announcedCount() > 4 * settings.maxSessions()) {
      settings.counters().messageIgnored();
      return;
    }
    nextNumber++;
    readiness.taken(open.number());
    if (sessions.contains(request)) {
      sessions.admit(request, open.number(), layers);
    } else {
      sessions.announce(request, open.number());
    }
  }

  private void onPeerAbort(final LinkMessage.SessionAbort abort) {
    final RequestId request = new RequestId(abort.requestHigh(), abort.requestLow());
    final Long announced = sessions.takeAnnounced(request);
    if (announced != null) {
      abandon(announced);
    }
    sessions.abortedByPeer(request, abort.reason(), "the other party: " + abort.detail());
  }

  private Behavior<Command> onLayer(final OnLayer message) {
    final LayerReport report = message.report();
    if (!isCurrent(report.epoch())) {
      return this;
    }
    if (report instanceof LayerReport.Prepared prepared) {
      readiness.prepared(prepared.number());
    } else if (report instanceof LayerReport.Output output) {
      final ActorRef<Session.Command> session = sessions.session(output.number());
      if (session != null) {
        session.tell(new Session.Output(output.share()));
      }
    } else if (report instanceof LayerReport.Failed failed) {
      onLayerFailed(failed);
    }
    return this;
  }

  private void onLayerFailed(final LayerReport.Failed failed) {
    if (failed.number() == NO_NUMBER) {
      endEpoch(failed.reason(), failed.detail());
      return;
    }
    final ActorRef<Session.Command> session = sessions.session(failed.number());
    if (session != null) {
      session.tell(new Session.Abort(failed.reason(), failed.detail()));
    } else {
      settings.counters().messageIgnored();
    }
  }

  private Behavior<Command> onSessionEnded(final SessionEnded message) {
    final PartySessions.Entry entry = sessions.remove(message.request());
    if (message.reasonOrNull() == null) {
      settings.counters().inferenceFinished();
    } else if (entry != null && layers != null && entry.number() != NO_NUMBER) {
      abandon(entry.number());
    }
    if (message.reasonOrNull() != null && entry != null && peer != null && !entry.peerKnows()) {
      peer.send(
          new LinkMessage.SessionAbort(
              layers == null ? 0 : layers.epoch().epoch(),
              entry.number(),
              message.request().high(),
              message.request().low(),
              message.reasonOrNull(),
              "session " + message.request() + " ended: " + message.reasonOrNull()));
    }
    return this;
  }

  private void abandon(final long number) {
    layers.abandon(number);
    readiness.abandoned(number);
  }

  private Behavior<Command> onAwaitReady(final AwaitReady message) {
    readiness.await(message.inferenceCount(), message.replyTo());
    return this;
  }
}
