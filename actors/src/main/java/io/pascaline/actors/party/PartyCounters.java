// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.link.LinkTotals;
import io.pascaline.actors.metrics.ClientTraffic;
import io.pascaline.actors.metrics.LatencyTap;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What one party counts. Written by its actors, read from any thread. */
public final class PartyCounters {
  private static final List<String> REQUEST_STATES =
      names(RequestState.Stage.values()).stream().filter(name -> !name.equals("over")).toList();
  private static final List<String> EPOCH_STATES = names(EpochState.Stage.values());

  private final LinkTotals links = new LinkTotals();
  private final LongAdder inferences = new LongAdder();
  private final LongAdder sessions = new LongAdder();
  private final LongAdder openings = new LongAdder();
  private final LongAdder ignored = new LongAdder();
  private final LongAdder epochs = new LongAdder();
  private final LongAdder checksPassed = new LongAdder();
  private final LongAdder checksFailed = new LongAdder();
  private final AtomicLongArray refusals = new AtomicLongArray(AbortReason.values().length);
  private final AtomicLongArray failures = new AtomicLongArray(AbortReason.values().length);
  private final LatencyTap latencies = new LatencyTap();
  private volatile LongAdder credit = new LongAdder();
  private volatile int sessionsInFlight;
  private volatile int sessionsQueued;
  private volatile int sessionsPeak;
  private volatile int inFlightPeak;
  private volatile long correlationsReady;
  private final AtomicIntegerArray requests =
      new AtomicIntegerArray(RequestState.Stage.values().length);
  private volatile EpochState.Stage epochStage = EpochState.Stage.IDLE;

  private static List<String> names(Enum<?>[] states) {
    return Stream.of(states).map(state -> state.name().toLowerCase(Locale.ROOT)).toList();
  }

  void linkOpened(Link link) {
    links.opened(link);
  }

  void linkClosed(Link link) {
    links.closed(link);
  }

  void sessionFinished(int imageCount) {
    inferences.add(imageCount);
    sessions.increment();
  }

  /** Masked tensors of inferences that were handed to the peer's link. */
  LongAdder openings() {
    return openings;
  }

  void messageIgnored() {
    ignored.increment();
  }

  /** Messages that came for sessions or epochs which were over, or from the wrong role. */
  public long ignoredMessages() {
    return ignored.sum();
  }

  void epochBegun() {
    epochs.increment();
  }

  void dealerChecked(boolean passed) {
    (passed ? checksPassed : checksFailed).increment();
  }

  /** Checks of the dealer that have found nothing wrong. */
  public long dealerChecksPassed() {
    return checksPassed.sum();
  }

  /** Checks of the dealer that have found a wrong correction; each has ended its epoch. */
  public long dealerChecksFailed() {
    return checksFailed.sum();
  }

  void refused(AbortReason reason) {
    refusals.incrementAndGet(reason.ordinal());
  }

  void sessionFailed(AbortReason reason, int imageCount) {
    failures.addAndGet(reason.ordinal(), imageCount);
  }

  /** Told by the party's actor alone. */
  void gauges(int inFlight, int queued, long ready) {
    sessionsInFlight = inFlight;
    sessionsQueued = queued;
    sessionsPeak = Math.max(sessionsPeak, inFlight + queued);
    inFlightPeak = Math.max(inFlightPeak, inFlight);
    correlationsReady = ready;
  }

  /** Sets how many requests are in a state; told by the party's actor alone. */
  void requests(RequestState.Stage stage, int count) {
    requests.set(stage.ordinal(), count);
  }

  /** Sets the state of the epoch; told by the party's actor alone. */
  void epochState(EpochState.Stage stage) {
    epochStage = stage;
  }

  /** Returns the names of the states that a request can be in, such as {@code running}. */
  public static List<String> requestStates() {
    return REQUEST_STATES;
  }

  /**
   * Gauge: requests in a state.
   *
   * @param state one of {@link #requestStates}
   * @throws IllegalArgumentException for any other
   */
  public int requests(String state) {
    int index = REQUEST_STATES.indexOf(state);
    if (index < 0) {
      throw new IllegalArgumentException("state must be one of " + REQUEST_STATES + ": " + state);
    }
    return requests.get(index);
  }

  /** Returns the names of the states that a party's epoch can be in, such as {@code running}. */
  public static List<String> epochStates() {
    return EPOCH_STATES;
  }

  /** Gauge: the state of its epoch, one of {@link #epochStates}. */
  public String epochState() {
    return EPOCH_STATES.get(epochStage.ordinal());
  }

  /** Counts the credit of a new epoch, instead of the last one's. */
  LongAdder newCredit() {
    LongAdder fresh = new LongAdder();
    credit = fresh;
    return fresh;
  }

  /** Gauge: correlations of single layers that the dealer was granted and has not dealt. */
  public long creditCorrelations() {
    return credit.sum();
  }

  /** Returns where its durations go. */
  public LatencyTap latencies() {
    return latencies;
  }

  /** Returns what went over its links. */
  public LinkTotals links() {
    return links;
  }

  /** Inferences that this party finished: images, however many a session carries. */
  public long inferences() {
    return inferences.sum();
  }

  /** Epochs that this party entered. */
  public long epochs() {
    return epochs.sum();
  }

  /** Requests that were refused for a reason before they were anything. */
  public long refusals(AbortReason reason) {
    return refusals.get(reason.ordinal());
  }

  /** Inferences that were taken and ended without an answer for a reason. */
  public long failures(AbortReason reason) {
    return failures.get(reason.ordinal());
  }

  /** Gauge: inferences that have a number: images, however many a session carries. */
  public int sessionsInFlight() {
    return sessionsInFlight;
  }

  /** Gauge: inferences that wait for a number. */
  public int sessionsQueued() {
    return sessionsQueued;
  }

  /** Returns the maximum number of inferences that were in flight or waiting at a time. */
  public int sessionsPeak() {
    return sessionsPeak;
  }

  /** Returns the maximum number of inferences that were in flight at a time. */
  public int inFlightPeak() {
    return inFlightPeak;
  }

  /** Gauge: inferences that could be served without the dealer, from memory and store. */
  public long correlationsReady() {
    return correlationsReady;
  }

  /**
   * Returns the traffic of a client that is this party: output shares, since it keeps its inputs.
   */
  public ClientTraffic clientTraffic() {
    return new ClientTraffic(0, links.receivedPayloadBytes(Role.PARTY, PayloadKind.OUTPUT_SHARE));
  }

  /** Returns a snapshot of the traffic; of running links it may lag by what is in flight. */
  public PartyTraffic traffic(int partyId) {
    return new PartyTraffic(
        partyId,
        inferences.sum(),
        sessions.sum(),
        openings.sum(),
        links.sentPayloadBytes(Role.PARTY, PayloadKind.MASKED_TENSOR),
        links.receivedPayloadBytes(Role.PARTY, PayloadKind.MASKED_TENSOR),
        links.sentPayloadBytes(Role.PARTY, PayloadKind.ADVANCE_OPENING),
        links.receivedPayloadBytes(Role.PARTY, PayloadKind.ADVANCE_OPENING),
        links.receivedPayloadBytes(Role.DEALER, PayloadKind.CORRECTION),
        links.sentPayloadBytes(Role.PARTY, PayloadKind.SETUP),
        links.receivedPayloadBytes(Role.CLIENT, PayloadKind.INPUT_SHARE),
        links.sentPayloadBytes(Role.CLIENT, PayloadKind.OUTPUT_SHARE)
            + links.sentPayloadBytes(Role.PARTY, PayloadKind.OUTPUT_SHARE),
        links.sentFramingBytes(Role.PARTY),
        links.receivedFramingBytes(Role.PARTY));
  }
}
