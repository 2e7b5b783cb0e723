// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Pauses of the JVMs of a deployment. The pause of one role does not stop the others, so it counts
 * as garbage collection only while the inference is at that role.
 */
final class Pauses {
  private static final String CLIENT = "client";
  private static final String PARTY_0 = "party 0";

  private Pauses() {}

  /**
   * Keeps of the pauses the parts that delay an inference: those of the client until it has sent
   * the shares of the input, and after party 0 has sent its output share; those of party 0 between.
   * A pause of party 1 is a wait for the peer.
   *
   * @param answeredNs when the inference ended
   * @param spans of all roles, by one clock
   * @return the same spans, with shorter pauses
   */
  static List<Span> thatDelay(long answeredNs, List<Span> spans) {
    OptionalLong sentNs =
        Span.last(spans, Span.Event.ENCODED, CLIENT, LinkMessage.Kind.INPUT_SHARE);
    OptionalLong leftNs =
        Span.last(spans, Span.Event.ENCODED, PARTY_0, LinkMessage.Kind.OUTPUT_SHARE);
    long awayNs = sentNs.orElse(answeredNs);
    long backNs = Math.max(awayNs, leftNs.orElse(answeredNs));
    List<Span> kept = new ArrayList<>();
    for (Span span : spans) {
      if (span.event() != Span.Event.PAUSE) {
        kept.add(span);
      } else if (CLIENT.equals(span.node())) {
        addPart(span, Long.MIN_VALUE, awayNs, kept);
        addPart(span, backNs, Long.MAX_VALUE, kept);
      } else if (PARTY_0.equals(span.node())) {
        addPart(span, awayNs, backNs, kept);
      }
    }
    return kept;
  }

  private static void addPart(Span pause, long fromNs, long untilNs, List<Span> kept) {
    long beginNs = Math.max(fromNs, pause.fromNs());
    long endNs = Math.min(untilNs, pause.untilNs());
    if (beginNs < endNs) {
      kept.add(new Span(Span.Event.PAUSE, pause.node(), null, -1, -1, beginNs, endNs));
    }
  }
}
