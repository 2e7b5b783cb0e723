// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * The other party, as far as it can be told anything of requests. Owned by the party's actor; not
 * thread-safe.
 */
public final class PeerProxy {
  private final int peerId;
  private final LongSupplier nanoClock;
  private final Logger log;
  private Link link;
  private boolean isMissed;
  private boolean isLossExpected;
  private long lostNs;

  /**
   * A peer without a link.
   *
   * @param peerId 0 or 1
   * @param nanoClock nanoseconds
   * @param log told in one line when the peer is lost, and when it is back
   */
  PeerProxy(int peerId, LongSupplier nanoClock, Logger log) {
    this.peerId = peerId;
    this.nanoClock = nanoClock;
    this.log = log;
  }

  /** A link to the peer opened, the first or another. */
  void found(Link opened) {
    link = opened;
    if (isMissed) {
      isMissed = false;
      long goneMs = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - lostNs);
      log.atWarn()
          .addKeyValue("remote", "party " + peerId)
          .addKeyValue("goneMs", goneMs)
          .log("party {} is back after {} ms", peerId, goneMs);
    }
  }

  /** This party, or the whole deployment, closes on purpose: the peer's loss is not a fault. */
  void expectLoss() {
    isLossExpected = true;
  }

  /** The link to the peer was lost. */
  void lost(String reason) {
    link = null;
    if (isLossExpected) {
      return;
    }
    isMissed = true;
    lostNs = nanoClock.getAsLong();
    log.atWarn()
        .addKeyValue("remote", "party " + peerId)
        .addKeyValue("reason", reason)
        .log("party {} is gone ({}): requests wait until it is back", peerId, reason);
  }

  /** Returns whether there is a link to it. */
  boolean isThere() {
    return link != null;
  }

  /**
   * Returns what tells the peer that an epoch, and all its sessions, ended here. It names no
   * request.
   */
  public static LinkMessage.RequestAbort endOfEpoch(long epoch, AbortReason reason, String detail) {
    return new LinkMessage.RequestAbort(
        epoch, LinkMessage.NO_SESSION, new RequestId(0, 0), reason, detail);
  }

  /** Returns what is said of the end of a request. */
  static String endOf(RequestId request, AbortReason reason) {
    return "session " + request + " ended: " + reason;
  }

  /** Tells which session a request is; false if the peer did not get to know. */
  boolean open(SessionId session, int imageCount, RequestId request, long timeoutMs) {
    return link != null
        && link.send(
            new LinkMessage.SessionOpen(
                session.epoch(), session.number(), imageCount, request, timeoutMs));
  }

  /** Tells something of a check of the dealer; false if the peer did not get to know. */
  boolean check(LinkMessage.SessionCheck check) {
    return link != null && link.send(check);
  }

  /**
   * Asks party 0 whether it has a request, by an opening without a number. It answers if it has
   * not, by ending the request.
   */
  void ask(RequestId request) {
    if (link != null) {
      link.send(
          new LinkMessage.SessionOpen(LinkMessage.NO_EPOCH, LinkMessage.NO_SESSION, request, 0));
    }
  }

  /** Tells that a request has ended without a result, with no more to say than its reason. */
  void ended(SessionId sessionOrNull, RequestId request, AbortReason reason) {
    ended(sessionOrNull, request, reason, endOf(request, reason));
  }

  /**
   * Tells that a request has ended without a result.
   *
   * @param sessionOrNull the session that it was; null if it had no number
   */
  void ended(SessionId sessionOrNull, RequestId request, AbortReason reason, String detail) {
    if (link != null) {
      boolean isNumbered = sessionOrNull != null;
      link.send(
          new LinkMessage.RequestAbort(
              isNumbered ? sessionOrNull.epoch() : LinkMessage.NO_EPOCH,
              isNumbered ? sessionOrNull.number() : LinkMessage.NO_SESSION,
              request,
              reason,
              detail));
    }
  }
}
