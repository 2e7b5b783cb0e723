// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Divides the time of an inference that ran alone into what its client can tell apart. A client
 * sends one message to each party and receives one from each. It has one clock, so the work of the
 * parties, their queues and the links are one category.
 */
final class ClientTimeline implements Timeline {
  private static final String CLIENT = "client";

  /** Keeps nothing between inferences. */
  ClientTimeline() {}

  @Override
  public Breakdown breakdown(long fromNs, long untilNs, List<Span> within) {
    List<Interval> claims = new ArrayList<>();
    for (Span span : within) {
      if (span.event() == Span.Event.PAUSE) {
        claims.add(new Interval(TimeCategory.GARBAGE_COLLECTION, span.fromNs(), span.untilNs()));
      } else if (isCoding(span)) {
        claims.add(new Interval(TimeCategory.CODING, span.fromNs(), span.untilNs()));
      }
    }
    addClient(fromNs, untilNs, within, claims);
    addParties(within, claims);
    return Breakdown.of(fromNs, untilNs, claims);
  }

  private static boolean isCoding(Span span) {
    boolean coding = span.event() == Span.Event.ENCODED || span.event() == Span.Event.DECODED;
    return coding && CLIENT.equals(span.node());
  }

  /** Until both shares are handed over, from there to the links, and after the last answer. */
  private static void addClient(
      long askedNs, long endNs, List<Span> within, List<Interval> claims) {
    OptionalLong sharedNs =
        Span.last(within, Span.Event.QUEUED, CLIENT, LinkMessage.Kind.INPUT_SHARE);
    OptionalLong sentNs =
        Span.last(within, Span.Event.ENCODED, CLIENT, LinkMessage.Kind.INPUT_SHARE);
    OptionalLong answeredNs =
        Span.last(within, Span.Event.DECODED, CLIENT, LinkMessage.Kind.OUTPUT_SHARE);
    sharedNs.ifPresent(untilNs -> claims.add(new Interval(TimeCategory.CLIENT, askedNs, untilNs)));
    answeredNs.ifPresent(fromNs -> claims.add(new Interval(TimeCategory.CLIENT, fromNs, endNs)));
    if (sharedNs.isPresent() && sentNs.isPresent()) {
      claims.add(new Interval(TimeCategory.HAND_OVER, sharedNs.getAsLong(), sentNs.getAsLong()));
    }
  }

  /** From the last frame of the input to the first answer, and from that to the other answer. */
  private static void addParties(List<Span> within, List<Interval> claims) {
    OptionalLong sentNs =
        Span.last(within, Span.Event.ENCODED, CLIENT, LinkMessage.Kind.INPUT_SHARE);
    List<Span> answers =
        within.stream()
            .filter(span -> span.is(Span.Event.DECODED, CLIENT, LinkMessage.Kind.OUTPUT_SHARE))
            .toList();
    OptionalLong firstNs = answers.stream().mapToLong(Span::fromNs).min();
    OptionalLong firstWholeNs = answers.stream().mapToLong(Span::untilNs).min();
    OptionalLong otherNs = answers.stream().mapToLong(Span::fromNs).max();
    if (sentNs.isPresent() && firstNs.isPresent()) {
      claims.add(new Interval(TimeCategory.PARTIES, sentNs.getAsLong(), firstNs.getAsLong()));
      claims.add(
          new Interval(TimeCategory.OTHER_PARTY, firstWholeNs.getAsLong(), otherNs.getAsLong()));
    }
  }
}
