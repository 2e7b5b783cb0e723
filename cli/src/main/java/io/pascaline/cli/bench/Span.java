// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.OptionalLong;

/**
 * One thing that happened during an inference.
 *
 * @param event what
 * @param node the role that it happened at; null for pauses of the whole JVM
 * @param kind the kind of work or message; null for pauses
 * @param layer the layer's id in the plan, or -1
 * @param round the round within the layer, or -1
 * @param fromNs when it began
 * @param untilNs when it ended
 */
record Span(
    Event event, String node, String kind, long layer, long round, long fromNs, long untilNs) {
  /** What can happen. */
  enum Event {
    /** A role computed. */
    TASK,
    /** A message was handed to its link, at an instant. */
    QUEUED,
    /** A message was encoded. */
    ENCODED,
    /** A message was decoded. */
    DECODED,
    /** The JVM stood still. */
    PAUSE
  }

  /**
   * Returns the same by another clock.
   *
   * @param role that it happened at, also for a pause
   * @param aheadNs how far the clock of this span is ahead of the other one
   */
  Span at(String role, long aheadNs) {
    return new Span(event, role, kind, layer, round, fromNs - aheadNs, untilNs - aheadNs);
  }

  /** Returns whether this happened to a message of that kind at that role. */
  boolean is(Event what, String where, LinkMessage.Kind message) {
    return event == what && where.equals(node) && message.name().equals(kind);
  }

  /** Returns when this last ended for a message of that kind at that role, if it happened. */
  static OptionalLong last(List<Span> spans, Event what, String where, LinkMessage.Kind message) {
    return spans.stream()
        .filter(span -> span.is(what, where, message))
        .mapToLong(Span::untilNs)
        .max();
  }
}
