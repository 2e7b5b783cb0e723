// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.sim.trace.AnsweredSession;
import io.pascaline.sim.trace.DealerCheckTraffic;
import io.pascaline.sim.trace.LayerTraffic;
import io.pascaline.sim.trace.LostWork;
import io.pascaline.sim.trace.MessageEvent;
import io.pascaline.sim.trace.MessageKind;
import io.pascaline.sim.trace.TimelineBar;
import io.pascaline.sim.trace.TimelineBar.Activity;
import io.pascaline.sim.trace.Timelines;
import io.pascaline.sim.trace.Trace;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a simulation showed. Immutable.
 *
 * @param plan the network that ran
 * @param settings how
 * @param costOrigin where the times of computation come from
 * @param reproducible whether another run with the same settings gives the same trace
 * @param answers one per request, in the order of asking
 * @param readyNs virtual time at which the awaited correlations were ready
 * @param endNs virtual time at which the last request was answered
 * @param traffic what the two parties counted at their links
 * @param trace everything that happened
 * @param realNs how long the simulation really took
 */
public record SimulationResult(
    NetworkPlan plan,
    SimulationSettings settings,
    String costOrigin,
    boolean reproducible,
    List<SimulatedAnswer> answers,
    long readyNs,
    long endNs,
    List<PartyTraffic> traffic,
    Trace trace,
    long realNs) {
  private static final String PARTY_0 = "party 0";

  /** Copies the lists. */
  public SimulationResult {
    answers = List.copyOf(answers);
    traffic = List.copyOf(traffic);
  }

  /**
   * Returns the first request that was answered: the one that figures of one inference are of.
   *
   * @throws SimulationException if none was
   */
  public SimulatedAnswer firstAnswered() {
    return answers.stream()
        .filter(SimulatedAnswer::succeeded)
        .findFirst()
        .orElseThrow(
            () ->
                new SimulationException(
                    "no inference succeeded: " + answers.get(0).detailOrNull()));
  }

  /** Mean latency of the requests that were answered, in nanoseconds. */
  public double meanLatencyNs() {
    firstAnswered();
    return answers.stream()
        .filter(SimulatedAnswer::succeeded)
        .mapToLong(SimulatedAnswer::latencyNs)
        .average()
        .orElseThrow();
  }

  /** Returns the session of the first request that was answered. */
  private AnsweredSession firstSession() {
    SimulatedAnswer answer = firstAnswered();
    return AnsweredSession.of(trace).stream()
        .filter(session -> session.sentNs() >= answer.askedNs())
        .filter(session -> session.answeredNs() <= answer.askedNs() + answer.latencyNs())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the trace has no session of " + answer));
  }

  /** Returns how many inferences that session carried. */
  private int firstImages() {
    int first = firstAnswered().number() / settings.batch() * settings.batch();
    return Math.min(settings.batch(), settings.inferences() - first);
  }

  private Stream<MessageEvent> messagesOfOne(MessageKind kind) {
    AnsweredSession session = firstSession();
    long end = session.number() + firstImages();
    return trace.messages().stream()
        .filter(message -> message.kind() == kind)
        .filter(message -> message.epoch() == session.epoch())
        .filter(message -> message.session() >= session.number() && message.session() < end);
  }

  /** Rounds between the parties in one session, counted in the trace: of both, or one-sided. */
  public int rounds() {
    return Math.toIntExact(
        messagesOfOne(MessageKind.OPENING)
            .map(message -> List.of(message.layer(), message.round()))
            .distinct()
            .count());
  }

  /** Bytes of tensor words that each party sent to the other in one inference, counted. */
  public SentBytes online() {
    SentBytes ofAll = sent(messagesOfOne(MessageKind.OPENING));
    return new SentBytes(ofAll.by(0) / firstImages(), ofAll.by(1) / firstImages());
  }

  private static SentBytes sent(Stream<MessageEvent> messages) {
    Map<Boolean, Long> byParty0 =
        messages.collect(
            Collectors.partitioningBy(
                message -> message.from().equals(PARTY_0),
                Collectors.summingLong(MessageEvent::payloadBytes)));
    return new SentBytes(byParty0.get(true), byParty0.get(false));
  }

  /** Bytes of tensor words that a party sent to the other in one inference, the larger count. */
  public long onlineBytesPerParty() {
    return online().larger();
  }

  /** Bytes of tensor words that the dealer sent for one inference, counted. */
  public long offlineBytes() {
    return messagesOfOne(MessageKind.CORRECTION).mapToLong(MessageEvent::payloadBytes).sum()
        / firstImages();
  }

  /** Bytes of tensor words that party 1 opened in advance for one inference, counted. */
  public long advanceBytes() {
    return messagesOfOne(MessageKind.ADVANCE_OPENING).mapToLong(MessageEvent::payloadBytes).sum()
        / firstImages();
  }

  /** Bytes of masked weights that each party sent in the epoch of that inference, counted. */
  public SentBytes setup() {
    int epoch = firstSession().epoch();
    return sent(
        trace.messages().stream()
            .filter(message -> message.kind() == MessageKind.WEIGHT_OPENING)
            .filter(message -> message.epoch() == epoch));
  }

  /** Bytes of masked weights that a party sent in that epoch, the larger count. */
  public long setupBytesPerParty() {
    return setup().larger();
  }

  /** Returns what lost epochs sent in vain; no other figure has it in it. */
  public LostWork lostWork() {
    return trace.lostWork();
  }

  /** Returns the cost of checks of the dealer, which no other figure includes. */
  public DealerCheckTraffic dealerChecks() {
    return trace.dealerChecks();
  }

  /** Returns what each layer sent in one inference; rounds are those of its session. */
  public List<LayerTraffic> layerTraffic() {
    return LayerTraffic.of(plan, trace, firstSession(), firstImages());
  }

  /** Returns what each role did between two points of virtual time. */
  public List<TimelineBar> timeline(long fromNs, long untilNs) {
    return Timelines.of(trace, outageBars(), fromNs, untilNs);
  }

  /** Returns the outages, each as a bar at every role that has one of its links. */
  private List<TimelineBar> outageBars() {
    return settings.network().outages().stream()
        .flatMap(
            outage ->
                outage.place().roles().stream()
                    .map(
                        role ->
                            new TimelineBar(
                                role,
                                Activity.OUTAGE,
                                outage.fromNs(),
                                outage.untilNs(),
                                MessageEvent.NONE,
                                MessageEvent.NONE)))
        .toList();
  }

  /** Returns what each role did while the first answered request was in flight. */
  public List<TimelineBar> timeline() {
    SimulatedAnswer answer = firstAnswered();
    return timeline(answer.askedNs(), answer.askedNs() + answer.latencyNs());
  }

  /** SHA-256 of what passed when, in hexadecimal: see {@link Trace#digest}. */
  public String traceDigest() {
    return trace.digest();
  }

  /** Returns the plan and the settings. */
  @Override
  public String toString() {
    return "SimulationResult[" + plan + ", " + settings.network() + "]";
  }
}
