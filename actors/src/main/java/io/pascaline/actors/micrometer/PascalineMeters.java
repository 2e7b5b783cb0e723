// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.link.LinkTotals;
import io.pascaline.actors.metrics.Latencies.Phase;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.DriverStatus;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.function.ToDoubleFunction;

/**
 * Registers what roles count, under names that begin with {@code pascaline}; see {@code
 * docs/metrics.md}. Tags are roles, reasons, directions and layer ids: of low cardinality, and
 * nothing of a session. Counters start with the role, so those of a role started again in the same
 * process should go to a registry of their own. Thread-safe.
 */
public final class PascalineMeters {
  private static final String BYTES = "payload and framing bytes over all links to peers of a role";
  private static final int PARTIES = 2;

  private PascalineMeters() {}

  /**
   * A party's sessions, queues, correlations, bytes and latencies.
   *
   * @param registry where to
   * @param partyId 0 or 1
   * @param plan what the party computes: it says which layers there are
   * @param counters what the party counts
   */
  public static void bindParty(
      MeterRegistry registry, int partyId, NetworkPlan plan, PartyCounters counters) {
    Tags role = Tags.of("role", "party" + partyId);
    Meters meters = new Meters(registry, role);
    meters.count(
        "pascaline.sessions",
        "inferences that ended, by outcome",
        counters,
        PartyCounters::inferences,
        "outcome",
        "answered");
    for (AbortReason reason : AbortReason.values()) {
      String word = Meters.word(reason);
      meters.count(
          "pascaline.sessions",
          "inferences that ended, by outcome",
          counters,
          source -> source.failures(reason),
          "outcome",
          word);
      meters.count(
          "pascaline.refusals",
          "requests refused before they began",
          counters,
          source -> source.refusals(reason),
          "reason",
          word);
    }
    meters.count("pascaline.epochs", "epochs entered", counters, PartyCounters::epochs);
    bindDealerChecks(meters, counters);
    meters.count(
        "pascaline.messages.ignored",
        "messages that fitted nothing",
        counters,
        PartyCounters::ignoredMessages);
    meters.gauge(
        "pascaline.sessions.inflight",
        "inferences that have a number",
        counters,
        PartyCounters::sessionsInFlight);
    meters.gauge(
        "pascaline.sessions.queued",
        "requests that wait for their turn",
        counters,
        PartyCounters::sessionsQueued);
    bindStates(meters, counters);
    meters.gauge(
        "pascaline.correlations.ready",
        "inferences that could be served without the dealer",
        counters,
        PartyCounters::correlationsReady);
    meters.gauge(
        "pascaline.credit",
        "correlations of single layers granted to the dealer and not yet dealt",
        counters,
        PartyCounters::creditCorrelations);
    bindPeer(meters, "party" + (1 - partyId), Role.PARTY, counters.links());
    bindPeer(meters, "dealer", Role.DEALER, counters.links());
    for (Role peer : Role.values()) {
      bindLinks(meters, Meters.word(peer), peer, counters.links());
    }
    counters
        .latencies()
        .listen(
            new TimerLatencies(registry, role, plan.layers().size(), Phase.QUEUEING, Phase.ONLINE));
  }

  private static void bindDealerChecks(Meters meters, PartyCounters counters) {
    meters.count(
        "pascaline.dealer.checks",
        "checks of the dealer, by outcome",
        counters,
        PartyCounters::dealerChecksPassed,
        "outcome",
        "passed");
    meters.count(
        "pascaline.dealer.checks",
        "checks of the dealer, by outcome",
        counters,
        PartyCounters::dealerChecksFailed,
        "outcome",
        "failed");
  }

  private static void bindStates(Meters meters, PartyCounters counters) {
    for (String state : PartyCounters.requestStates()) {
      meters.gauge(
          "pascaline.requests",
          "requests in a state",
          counters,
          source -> source.requests(state),
          "state",
          state);
    }
    for (String state : PartyCounters.epochStates()) {
      meters.gauge(
          "pascaline.epoch.state",
          "1 for the state that the party's epoch is in, 0 for the others",
          counters,
          source -> source.epochState().equals(state) ? 1 : 0,
          "state",
          state);
    }
  }

  /**
   * A client's requests, bytes and latencies.
   *
   * @param registry where to
   * @param counters what the client counts
   */
  public static void bindClient(MeterRegistry registry, ClientCounters counters) {
    Tags role = Tags.of("role", "client");
    Meters meters = new Meters(registry, role);
    meters.count(
        "pascaline.sessions",
        "requests that ended, by outcome",
        counters,
        ClientCounters::answered,
        "outcome",
        "answered");
    for (AbortReason reason : AbortReason.values()) {
      meters.count(
          "pascaline.sessions",
          "requests that ended, by outcome",
          counters,
          source -> source.failures(reason),
          "outcome",
          Meters.word(reason));
    }
    meters.count(
        "pascaline.retries",
        "requests refused and asked for again",
        counters,
        ClientCounters::retries);
    bindLinks(meters, Meters.word(Role.PARTY), Role.PARTY, counters.links());
    counters
        .latencies()
        .listen(new TimerLatencies(registry, role, 0, Phase.INPUT, Phase.OUTPUT, Phase.WHOLE));
  }

  /**
   * A dealer's epochs, corrections and bytes, to each party for itself.
   *
   * @param registry where to
   * @param counters what the dealer counts
   */
  public static void bindDealer(MeterRegistry registry, DealerCounters counters) {
    Meters meters = new Meters(registry, Tags.of("role", "dealer"));
    meters.count("pascaline.epochs", "epochs entered", counters, DealerCounters::epochs);
    meters.count(
        "pascaline.messages.ignored",
        "messages that fitted nothing",
        counters,
        DealerCounters::ignoredMessages);
    for (int party = 0; party < PARTIES; party++) {
      int partyId = party;
      String name = "party" + party;
      meters.count(
          "pascaline.corrections",
          "corrections of single layers that were handed to a party's link",
          counters,
          source -> source.corrections(partyId),
          "remote",
          name);
      bindPeer(meters, name, Role.PARTY, counters.links(party));
      bindLinks(meters, name, Role.PARTY, counters.links(party));
    }
  }

  private static void bindPeer(Meters meters, String name, Role peer, LinkTotals links) {
    meters.gauge(
        "pascaline.peer.connected",
        "1 while there is a link to another role of the deployment, 0 while there is none",
        links,
        from -> from.openCount(peer) > 0 ? 1 : 0,
        "remote",
        name);
  }

  private static void bindLinks(Meters meters, String name, Role peer, LinkTotals links) {
    for (PayloadKind kind : PayloadKind.values()) {
      String word = Meters.word(kind);
      bindBytes(meters, name, "sent", word, links, from -> from.sentPayloadBytes(peer, kind));
      bindBytes(
          meters, name, "received", word, links, from -> from.receivedPayloadBytes(peer, kind));
    }
    bindBytes(meters, name, "sent", "framing", links, from -> from.sentFramingBytes(peer));
    bindBytes(meters, name, "received", "framing", links, from -> from.receivedFramingBytes(peer));
    meters.gauge(
        "pascaline.links.open",
        "links that are open",
        links,
        from -> from.openCount(peer),
        "remote",
        name);
    meters.gauge(
        "pascaline.link.queued",
        "bytes",
        "bytes taken that the peer has not acknowledged",
        links,
        from -> from.queuedBytes(peer),
        "remote",
        name);
  }

  private static void bindBytes(
      Meters meters,
      String peer,
      String direction,
      String kind,
      LinkTotals links,
      ToDoubleFunction<LinkTotals> bytes) {
    meters.count(
        "pascaline.link.bytes",
        BYTES,
        links,
        bytes,
        "remote",
        peer,
        "direction",
        direction,
        "kind",
        kind);
  }

  /** Returns the kind of bytes that an indicator counts; null for one that counts events. */
  private static String bytesOrNull(DriverStatus.Indicator indicator) {
    return switch (indicator) {
      case BYTES_SENT -> "sent";
      case BYTES_RECEIVED -> "received";
      case RETRANSMITTED_BYTES -> "retransmitted";
      default -> null;
    };
  }

  /**
   * A node's links, refused frames and handshakes, and its media driver's counters.
   *
   * @param registry where to
   * @param role whose node it is, such as {@code dealer} or {@code party0}
   * @param node the node
   */
  public static void bindNode(MeterRegistry registry, String role, TransportNode node) {
    Meters meters = new Meters(registry, Tags.of("role", role));
    meters.count(
        "pascaline.links.opened", "links that opened", node, from -> from.counters().opened());
    meters.count(
        "pascaline.links.closed", "links that closed", node, from -> from.counters().closed());
    meters.count(
        "pascaline.links.suspended",
        "times that an open link lost its carrier",
        node,
        from -> from.counters().suspended());
    meters.count(
        "pascaline.links.resumed",
        "times that a link went on over another carrier",
        node,
        from -> from.counters().resumed());
    meters.count(
        "pascaline.messages.resent",
        "messages sent again after a loss because they were not acknowledged",
        node,
        from -> from.counters().resentMessages());
    meters.count(
        "pascaline.transport.errors",
        "faults of the carrier or of this program",
        node,
        from -> from.counters().errors());
    meters.count(
        "pascaline.authentication.failures",
        "streams whose sender did not show that it is a peer",
        node,
        from -> from.counters().authenticationFailures());
    meters.count(
        "pascaline.datagrams.refused",
        "datagrams that became neither stream nor frame, for what they say or for their number",
        node,
        from -> from.counters().refusedDatagrams());
    for (FrameFault fault : FrameFault.values()) {
      meters.count(
          "pascaline.frames.refused",
          "streams closed for a fault in a frame",
          node,
          from -> from.counters().faults(fault),
          "fault",
          Meters.word(fault));
    }
    for (DriverStatus.Indicator indicator : DriverStatus.Indicator.values()) {
      String bytes = bytesOrNull(indicator);
      meters.count(
          bytes != null ? "pascaline.aeron.bytes" : "pascaline.aeron.events",
          bytes != null ? "bytes of the media driver" : "what the media driver counts",
          node,
          from -> from.driverCounter(indicator),
          bytes != null ? "kind" : "event",
          bytes != null ? bytes : Meters.word(indicator));
    }
  }
}
