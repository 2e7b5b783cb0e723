// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;

/**
 * The session desk of the other party, as far as it can be told anything. Owned by the party's
 * actor; not thread-safe.
 */
final class PeerProxy {
  private static final long NO_EPOCH = 0;

  private Link link;

  /** The link to the other party; null while there is none. */
  void link(Link linkOrNull) {
    link = linkOrNull;
  }

  /** Returns a request has its number; false if the other party did not get to know. */
  boolean open(long epoch, long number, RequestId request, long timeoutMs) {
    return link != null
        && link.send(
            new LinkMessage.SessionOpen(epoch, number, request.high(), request.low(), timeoutMs));
  }

  /**
   * Asks party 0 whether it has a request, by an opening without a number. It answers if it has
   * not, by ending the request.
   */
  void ask(RequestId request) {
    if (link != null) {
      link.send(
          new LinkMessage.SessionOpen(NO_EPOCH, Party.NO_NUMBER, request.high(), request.low(), 0));
    }
  }

  /** A request has ended without a result. */
  void ended(long epoch, long number, RequestId request, AbortReason reason, String detail) {
    if (link != null) {
      link.send(
          new LinkMessage.RequestAbort(
              epoch, number, request.high(), request.low(), reason, detail));
    }
  }
}
