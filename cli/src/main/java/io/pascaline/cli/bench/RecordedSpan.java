// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.trace.MessageEvent;

/**
 * A span, and what a recording says of whose it is.
 *
 * @param span what happened
 * @param session the number of the inference in its epoch, or {@link MessageEvent#NONE}
 * @param requestOrNull the client's name for its request; null where the event has none
 * @param remoteOrNull the other end of a message's link; null for work and pauses
 */
record RecordedSpan(Span span, long session, String requestOrNull, String remoteOrNull) {
  /** Returns whether this happened to a message of that kind. */
  boolean isOf(Span.Event what, LinkMessage.Kind message) {
    return span.event() == what && message.name().equals(span.kind());
  }

  /** Returns whether this is work or an opening, which only their session's number identifies. */
  boolean isOfSession() {
    return session >= 0
        && (span.event() == Span.Event.TASK
            || LinkMessage.Kind.MASKED_TENSOR.name().equals(span.kind()));
  }
}
