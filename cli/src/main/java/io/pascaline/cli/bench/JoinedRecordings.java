// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The recordings of a client and of both parties, joined: of each inference that the client
 * measured, what all three did, by the client's clock. The name of its request finds an inference
 * at the parties, and the number of its session finds their work. Their messages bound the offsets
 * of their clocks.
 */
final class JoinedRecordings {
  /**
   * Clocks drift, so that only inferences nearby say how they compare: this number before and after
   * each one. More would narrow the bounds little.
   */
  private static final int NEIGHBOURS = 10;

  private static final String CLIENT = "client";
  private static final String PARTY_0 = "party 0";
  private static final String PARTY_1 = "party 1";

  /**
   * What is known of one inference, each role by its own clock.
   *
   * @param ofParty0 how far the clock of party 0 is ahead of the client's, as far as this inference
   *     says
   * @param ofParty1 how far the clock of party 1 is ahead of that of party 0
   */
  private record Parts(
      InferenceRecording.Measured measured,
      List<RecordedSpan> client,
      List<RecordedSpan> party0,
      List<RecordedSpan> party1,
      ClockBounds ofParty0,
      ClockBounds ofParty1) {}

  private final List<Breakdown> breakdowns = new ArrayList<>();
  private final LongSummaryStatistics party0ErrorNs = new LongSummaryStatistics();
  private final LongSummaryStatistics party1ErrorNs = new LongSummaryStatistics();
  private int unrecorded;
  private int unclear;

  private JoinedRecordings() {}

  /**
   * Joins recordings.
   *
   * @param client of a client that measured inferences one at a time
   * @param party0 of party 0 in that time
   * @param party1 of party 1 in that time
   * @param timeline the rules that divide an inference of which everything is known
   */
  static JoinedRecordings of(
      InferenceRecording client,
      InferenceRecording party0,
      InferenceRecording party1,
      Timeline timeline) {
    JoinedRecordings joined = new JoinedRecordings();
    List<Optional<Parts>> all =
        client.measured().stream()
            .map(measured -> parts(measured, client, party0, party1))
            .toList();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isEmpty()) {
        joined.unrecorded++;
        continue;
      }
      ClockBounds ofParty0 = ClockBounds.NONE;
      ClockBounds ofParty1 = ClockBounds.NONE;
      int until = Math.min(all.size(), i + NEIGHBOURS + 1);
      for (Optional<Parts> near : all.subList(Math.max(0, i - NEIGHBOURS), until)) {
        if (near.isPresent()) {
          ofParty0 = ofParty0.and(near.get().ofParty0());
          ofParty1 = ofParty1.and(near.get().ofParty1());
        }
      }
      joined.add(all.get(i).get(), ofParty0, ofParty1, timeline);
    }
    return joined;
  }

  /** Finds an inference at both parties; empty if one of them has not recorded it. */
  private static Optional<Parts> parts(
      InferenceRecording.Measured measured,
      InferenceRecording client,
      InferenceRecording party0,
      InferenceRecording party1) {
    List<RecordedSpan> own = client.within(measured.fromNs(), measured.untilNs(), CLIENT);
    Optional<String> request =
        own.stream()
            .filter(span -> span.isOf(Span.Event.QUEUED, LinkMessage.Kind.INPUT_SHARE))
            .map(RecordedSpan::requestOrNull)
            .findFirst();
    if (request.isEmpty()) {
      return Optional.empty();
    }
    long slackNs = measured.untilNs() - measured.fromNs();
    List<RecordedSpan> at0 = party0.ofRequest(request.get(), PARTY_0, slackNs);
    List<RecordedSpan> at1 = party1.ofRequest(request.get(), PARTY_1, slackNs);
    if (!isWhole(at0) || !isWhole(at1)) {
      return Optional.empty();
    }
    ClockBounds ofParty0 =
        bounds(
            own,
            at0,
            sent -> PARTY_0.equals(sent.remoteOrNull()) && isShare(sent),
            JoinedRecordings::isShare);
    ClockBounds ofParty1 = bounds(at0, at1, RecordedSpan::isOfSession, RecordedSpan::isOfSession);
    return Optional.of(new Parts(measured, own, at0, at1, ofParty0, ofParty1));
  }

  /** Returns whether a party has recorded an inference from its input to its output. */
  private static boolean isWhole(List<RecordedSpan> party) {
    return party.stream()
            .anyMatch(span -> span.isOf(Span.Event.DECODED, LinkMessage.Kind.INPUT_SHARE))
        && party.stream()
            .anyMatch(span -> span.isOf(Span.Event.ENCODED, LinkMessage.Kind.OUTPUT_SHARE));
  }

  private static boolean isShare(RecordedSpan span) {
    return LinkMessage.Kind.INPUT_SHARE.name().equals(span.span().kind())
        || LinkMessage.Kind.OUTPUT_SHARE.name().equals(span.span().kind());
  }

  /** Compares each message that one role encoded and the other decoded. */
  private static ClockBounds bounds(
      List<RecordedSpan> first,
      List<RecordedSpan> second,
      Predicate<RecordedSpan> ofFirst,
      Predicate<RecordedSpan> ofSecond) {
    ClockBounds bounds = ClockBounds.NONE;
    for (RecordedSpan one : first) {
      for (RecordedSpan other : second) {
        if (!ofFirst.test(one) || !ofSecond.test(other) || !isSameMessage(one, other)) {
          continue;
        }
        Span own = one.span();
        Span others = other.span();
        if (own.event() == Span.Event.ENCODED && others.event() == Span.Event.DECODED) {
          bounds = bounds.withMessageToSecond(own.fromNs(), others.fromNs());
          bounds = bounds.withMessageToSecond(own.untilNs(), others.untilNs());
        } else if (own.event() == Span.Event.DECODED && others.event() == Span.Event.ENCODED) {
          bounds = bounds.withMessageToFirst(others.fromNs(), own.fromNs());
          bounds = bounds.withMessageToFirst(others.untilNs(), own.untilNs());
        }
      }
    }
    return bounds;
  }

  private static boolean isSameMessage(RecordedSpan one, RecordedSpan other) {
    return one.span().kind() != null
        && one.span().kind().equals(other.span().kind())
        && one.span().layer() == other.span().layer()
        && one.span().round() == other.span().round();
  }

  private void add(Parts parts, ClockBounds ofParty0, ClockBounds ofParty1, Timeline timeline) {
    if (!ofParty0.isKnown() || !ofParty1.isKnown()) {
      unclear++;
      return;
    }
    party0ErrorNs.accept(ofParty0.uncertaintyNs());
    party1ErrorNs.accept(ofParty1.uncertaintyNs());
    long party0AheadNs = ofParty0.offsetNs();
    List<Span> spans = new ArrayList<>();
    parts.client().forEach(recorded -> spans.add(recorded.span().at(CLIENT, 0)));
    parts.party0().forEach(recorded -> spans.add(recorded.span().at(PARTY_0, party0AheadNs)));
    long party1AheadNs = party0AheadNs + ofParty1.offsetNs();
    parts.party1().forEach(recorded -> spans.add(recorded.span().at(PARTY_1, party1AheadNs)));
    InferenceRecording.Measured measured = parts.measured();
    breakdowns.add(
        timeline.breakdown(
            measured.fromNs(), measured.untilNs(), Pauses.thatDelay(measured.untilNs(), spans)));
  }

  /** Returns where the time of each joined inference went, in the order of their questions. */
  List<Breakdown> breakdowns() {
    return List.copyOf(breakdowns);
  }

  /** Returns how many inferences a party has not recorded from its input to its output. */
  int unrecorded() {
    return unrecorded;
  }

  /** Returns how many inferences are left out because their messages fit no offset of clocks. */
  int unclear() {
    return unclear;
  }

  /** Returns by how much party 0's offset from the client's clock can be wrong, on average. */
  double party0ErrorNs() {
    return party0ErrorNs.getAverage();
  }

  /** Returns by how much party 1's offset from party 0's clock can be wrong, on average. */
  double party1ErrorNs() {
    return party1ErrorNs.getAverage();
  }
}
