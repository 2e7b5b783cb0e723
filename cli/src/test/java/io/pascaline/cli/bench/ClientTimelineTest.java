// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientTimelineTest {
  private static final String CLIENT = "client";

  /**
   * Sharing until 20, a hand-over until 25, encoding until 40 with a gap of 2, the parties until
   * 90, decoding until 92, the other party until 97, decoding until 99, joining until 110.
   */
  private static List<Span> inference() {
    return List.of(
        at(Span.Event.QUEUED, LinkMessage.Kind.INPUT_SHARE, 18, 18),
        at(Span.Event.QUEUED, LinkMessage.Kind.INPUT_SHARE, 20, 20),
        at(Span.Event.ENCODED, LinkMessage.Kind.INPUT_SHARE, 25, 31),
        at(Span.Event.ENCODED, LinkMessage.Kind.INPUT_SHARE, 33, 40),
        at(Span.Event.DECODED, LinkMessage.Kind.OUTPUT_SHARE, 90, 92),
        at(Span.Event.DECODED, LinkMessage.Kind.OUTPUT_SHARE, 97, 99));
  }

  @Test
  void shouldDivideAnInferenceByWhatItsClientSees() {
    assertParts(
        Map.of(
            TimeCategory.CLIENT, 20.0 + 11.0,
            TimeCategory.HAND_OVER, 5.0 + 2.0,
            TimeCategory.CODING, 6.0 + 7.0 + 2.0 + 2.0,
            TimeCategory.PARTIES, 50.0,
            TimeCategory.OTHER_PARTY, 5.0),
        inference());
  }

  @Test
  void shouldCountPausesOfTheClientFirst() {
    List<Span> spans = new ArrayList<>(inference());
    spans.add(new Span(Span.Event.PAUSE, null, null, -1, -1, 50, 70));

    assertParts(
        Map.of(
            TimeCategory.GARBAGE_COLLECTION, 20.0,
            TimeCategory.CLIENT, 31.0,
            TimeCategory.HAND_OVER, 7.0,
            TimeCategory.CODING, 17.0,
            TimeCategory.PARTIES, 30.0,
            TimeCategory.OTHER_PARTY, 5.0),
        spans);
  }

  /** Embedded roles of another measurement may record in the same JVM. */
  @Test
  void shouldIgnoreWhatHappensAtOtherRoles() {
    List<Span> spans = new ArrayList<>(inference());
    String openings = LinkMessage.Kind.MASKED_TENSOR.name();
    String outputs = LinkMessage.Kind.OUTPUT_SHARE.name();
    spans.add(new Span(Span.Event.ENCODED, "party 0", openings, 1, 0, 50, 60));
    spans.add(new Span(Span.Event.ENCODED, "party 1", outputs, -1, -1, 70, 80));
    spans.add(new Span(Span.Event.TASK, "party 0", "ROUND", 1, 0, 60, 70));

    assertEquals(
        new ClientTimeline().breakdown(0, 110, inference()),
        new ClientTimeline().breakdown(0, 110, spans));
  }

  @Test
  void shouldLeaveWhatWasNotRecordedToOther() {
    assertParts(Map.of(TimeCategory.OTHER, 110.0), List.of());
  }

  @Test
  void shouldShowEachCategoryThatAClientsTimelineCanClaim() {
    Breakdown breakdown = new ClientTimeline().breakdown(0, 110, inference());
    for (TimeCategory category : TimeCategory.values()) {
      double ns = breakdown.byCategoryNs().get(category);
      assertEquals(0, BenchView.CLIENT.shows(category) ? 0 : ns, category.key());
    }
  }

  private static Span at(Span.Event event, LinkMessage.Kind kind, long fromNs, long untilNs) {
    return new Span(event, CLIENT, kind.name(), -1, -1, fromNs, untilNs);
  }

  private static void assertParts(Map<TimeCategory, Double> expected, List<Span> spans) {
    Breakdown breakdown = new ClientTimeline().breakdown(0, 110, spans);
    assertEquals(110, breakdown.wholeNs());
    double sum = 0;
    for (TimeCategory category : TimeCategory.values()) {
      double ns = breakdown.byCategoryNs().get(category);
      assertEquals(expected.getOrDefault(category, 0.0), ns, category.key());
      sum += ns;
    }
    assertEquals(110, sum);
  }
}
