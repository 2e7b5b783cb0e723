// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Recordings of a client and two parties whose clocks differ by much more than an inference. */
class JoinedRecordingsTest {
  private static final NetworkPlan PLAN = SmallNetworks.linear().plan();
  private static final int COUNT = 30;
  private static final long APART_NS = 10_000;
  private static final long WHOLE_NS = 2_000;
  private static final long DELAY_NS = 100;
  private static final double EXACT = 1e-6;

  /** How far the clocks of the parties are ahead of the client's. */
  private static final long PARTY_0_NS = 5_000_000_000L;

  private static final long PARTY_1_NS = -3_000_000_000L;

  private final List<RecordedSpan> truth = new ArrayList<>();

  @Test
  void shouldDivideAsIfAllRolesHadOneClock() {
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS);
    }

    JoinedRecordings joined = join(span -> span);

    assertEquals(COUNT, joined.breakdowns().size());
    assertEquals(byOneClock(), joined.breakdowns());
    assertEquals(DELAY_NS, joined.party0ErrorNs(), EXACT);
    assertEquals(DELAY_NS, joined.party1ErrorNs(), EXACT);
    Breakdown first = joined.breakdowns().get(0);
    assertPart(300 - 200, TimeCategory.MASKING, first);
    assertPart(520 - 350, TimeCategory.PEER, first);
    assertPart(820 - 700, TimeCategory.LINEAR, first);
    assertPart(0, TimeCategory.OTHER, first);
  }

  @Test
  void shouldBeWrongByNoMoreThanItSaysWhereTheWaysTakeDifferentTimes() {
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS / 2);
    }

    JoinedRecordings joined = join(span -> span);

    assertEquals(0.75 * DELAY_NS, joined.party0ErrorNs(), EXACT);
    assertEquals(0.75 * DELAY_NS, joined.party1ErrorNs(), EXACT);
    assertEquals(COUNT, joined.breakdowns().size());
    for (Breakdown one : joined.breakdowns()) {
      assertEquals(WHOLE_NS, one.byCategoryNs().values().stream().mapToDouble(ns -> ns).sum());
      // Half of the difference between the two ways.
      assertPart(520 - 350 - 25, TimeCategory.PEER, one);
      assertPart(820 - 700, TimeCategory.LINEAR, one);
      assertPart(300 - 200, TimeCategory.MASKING, one);
    }
  }

  @Test
  void shouldLeaveOtherSessionsOut() {
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS);
    }
    List<Breakdown> alone = join(span -> span).breakdowns();
    for (int i = 0; i < COUNT; i++) {
      long fromNs = i * APART_NS;
      add(i + COUNT, null, null, task("party 0", "ROUND", fromNs + 400, fromNs + 690));
      add(
          i + COUNT,
          null,
          "party 1",
          opening(Span.Event.DECODED, "party 0", fromNs + 350, fromNs + 355));
    }

    assertEquals(alone, join(span -> span).breakdowns());
  }

  @Test
  void shouldTellSessionsOfTwoEpochsApart() {
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS);
    }
    List<Breakdown> alone = join(span -> span).breakdowns();
    add(0, null, null, task("party 0", "ROUND", -80_000, -70_000));
    add(1, null, null, task("party 0", "ROUND", 900_000, 910_000));

    assertEquals(alone, join(span -> span).breakdowns());
  }

  @Test
  void shouldCountPausesWhereTheInferenceIs() {
    addInference(0, DELAY_NS);
    add(-1, null, null, pause("client", 50, 60)); // Shares the input.
    add(-1, null, null, pause("client", 400, 450)); // The parties have it.
    add(-1, null, null, pause("party 0", 380, 400));
    add(-1, null, null, pause("party 1", 360, 500)); // A wait for the peer.
    add(-1, null, null, pause("party 0", 1_700, 1_800)); // The client has all.
    add(-1, null, null, pause("client", 1_500, 1_530)); // Joins the output.

    Breakdown breakdown = join(span -> span).breakdowns().get(0);

    assertPart(10 + 20 + 30, TimeCategory.GARBAGE_COLLECTION, breakdown);
    assertEquals(WHOLE_NS, breakdown.byCategoryNs().values().stream().mapToDouble(ns -> ns).sum());
  }

  @Test
  void shouldLeaveOutWhatAPartyHasNotRecorded() {
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS);
    }

    JoinedRecordings joined =
        join(
            span -> span,
            span -> !("party 1".equals(span.span().node()) && span.span().fromNs() < 5 * APART_NS));

    assertEquals(5, joined.unrecorded());
    assertEquals(0, joined.unclear());
    assertEquals(byOneClock().subList(5, COUNT), joined.breakdowns());
  }

  @Test
  void shouldLeaveOutWhatFitsNoOffsetBecauseAClockWasSet() {
    int at = 15;
    for (int i = 0; i < COUNT; i++) {
      addInference(i, DELAY_NS);
    }

    JoinedRecordings joined =
        join(
            span ->
                "party 0".equals(span.node()) && span.fromNs() >= at * APART_NS
                    ? span.at("party 0", -1_000_000)
                    : span);

    // Those with neighbours before and after: ten on each side.
    assertEquals(20, joined.unclear());
    assertEquals(COUNT - 20, joined.breakdowns().size());
    assertEquals(byOneClock().get(0), joined.breakdowns().get(0));
  }

  @Test
  void shouldNotCompareClocksByMessagesInOneDirectionOnly() {
    addInference(0, DELAY_NS);

    JoinedRecordings joined =
        join(
            span -> span,
            span ->
                !(span.span().is(Span.Event.DECODED, "party 1", LinkMessage.Kind.MASKED_TENSOR)));

    assertEquals(1, joined.unclear());
    assertTrue(joined.breakdowns().isEmpty());
  }

  /**
   * Adds one inference: sharing until 50, masking until 300 at party 0, whose opening leaves at 350
   * and whose peer's leaves at 520, arithmetic from 700, its output at 850, and that of party 1 at
   * 900.
   *
   * @param backNs how long messages from party 1, and those to the client, take; others take {@link
   *     #DELAY_NS}
   */
  private void addInference(int session, long backNs) {
    long t = session * APART_NS;
    String request = "request " + session;
    for (int party = 0; party < 2; party++) {
      String node = "party " + party;
      addShare(request, node, Span.Event.QUEUED, "client", t + 50, t + 50);
      addShare(request, node, Span.Event.ENCODED, "client", t + 60, t + 70);
      addShare(request, "client", Span.Event.DECODED, node, t + 60 + DELAY_NS, t + 70 + DELAY_NS);
      long sentNs = t + 850 + 50 * party;
      String output = LinkMessage.Kind.OUTPUT_SHARE.name();
      add(-1, request, "client", span(Span.Event.QUEUED, node, output, sentNs, sentNs));
      add(-1, request, "client", span(Span.Event.ENCODED, node, output, sentNs + 5, sentNs + 10));
      add(
          -1,
          request,
          node,
          span(Span.Event.DECODED, "client", output, sentNs + 5 + backNs, sentNs + 10 + backNs));
    }
    String open = LinkMessage.Kind.SESSION_OPEN.name();
    add(session, request, "party 1", span(Span.Event.ENCODED, "party 0", open, t + 175, t + 176));
    add(session, request, "party 0", span(Span.Event.DECODED, "party 1", open, t + 276, t + 277));
    add(session, null, null, task("party 0", "OPEN", t + 200, t + 300));
    add(session, null, "party 1", opening(Span.Event.ENCODED, "party 0", t + 340, t + 350));
    add(
        session,
        null,
        "party 0",
        opening(Span.Event.DECODED, "party 1", t + 340 + DELAY_NS, t + 350 + DELAY_NS));
    add(session, null, "party 0", opening(Span.Event.ENCODED, "party 1", t + 510, t + 520));
    add(
        session,
        null,
        "party 1",
        opening(Span.Event.DECODED, "party 0", t + 510 + backNs, t + 520 + backNs));
    add(session, null, null, task("party 0", "ROUND", t + 700, t + 820));
  }

  private void addShare(
      String request, String remote, Span.Event event, String node, long fromNs, long untilNs) {
    add(
        -1,
        request,
        remote,
        span(event, node, LinkMessage.Kind.INPUT_SHARE.name(), fromNs, untilNs));
  }

  private void add(long session, String request, String remote, Span span) {
    truth.add(new RecordedSpan(span, session, request, remote));
  }

  private static Span span(Span.Event event, String node, String kind, long fromNs, long untilNs) {
    return new Span(event, node, kind, -1, -1, fromNs, untilNs);
  }

  private static Span task(String node, String kind, long fromNs, long untilNs) {
    return new Span(Span.Event.TASK, node, kind, 0, 0, fromNs, untilNs);
  }

  private static Span opening(Span.Event event, String node, long fromNs, long untilNs) {
    String kind = LinkMessage.Kind.MASKED_TENSOR.name();
    return new Span(event, node, kind, 0, 0, fromNs, untilNs);
  }

  private static Span pause(String node, long fromNs, long untilNs) {
    return new Span(Span.Event.PAUSE, node, null, -1, -1, fromNs, untilNs);
  }

  private JoinedRecordings join(UnaryOperator<Span> clock) {
    return join(clock, span -> true);
  }

  private JoinedRecordings join(UnaryOperator<Span> clock, Predicate<RecordedSpan> recorded) {
    return JoinedRecordings.of(
        InferenceRecording.of(measured(), of("client", 0, clock, recorded)),
        InferenceRecording.of(List.of(), of("party 0", PARTY_0_NS, clock, recorded)),
        InferenceRecording.of(List.of(), of("party 1", PARTY_1_NS, clock, recorded)),
        new InferenceTimeline(PLAN));
  }

  private List<RecordedSpan> of(
      String node, long aheadNs, UnaryOperator<Span> clock, Predicate<RecordedSpan> recorded) {
    return truth.stream()
        .filter(span -> span.span().node().equals(node))
        .filter(recorded)
        .map(
            span ->
                new RecordedSpan(
                    clock.apply(span.span()).at(node, -aheadNs),
                    span.session(),
                    span.requestOrNull(),
                    span.remoteOrNull()))
        .toList();
  }

  private List<InferenceRecording.Measured> measured() {
    return truth.stream()
        .filter(span -> span.isOf(Span.Event.DECODED, LinkMessage.Kind.SESSION_OPEN))
        .map(span -> span.session() * APART_NS)
        .map(fromNs -> new InferenceRecording.Measured(fromNs, fromNs + WHOLE_NS))
        .toList();
  }

  /** Returns what one recording of all roles would say. */
  private List<Breakdown> byOneClock() {
    return InferenceRecording.of(measured(), truth).breakdowns(new InferenceTimeline(PLAN));
  }

  private static void assertPart(double expectedNs, TimeCategory category, Breakdown breakdown) {
    assertEquals(expectedNs, breakdown.byCategoryNs().get(category), EXACT, category.key());
  }
}
