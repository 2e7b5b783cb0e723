// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import io.pascaline.transport.link.LinkMessage.RequestAbort;

/** What the ends of requests are over HTTP. The party's own words stay inside. */
final class Problems {
  private static final long RETRY_LOST_MS = 1_000;

  private Problems() {}

  /** Returns what a client is told of a request that ended without an answer. */
  static Problem of(RequestAbort abort, long retryAfterMs) {
    return switch (abort.reason()) {
      case OVERLOADED ->
          Problem.of(429, "overloaded", "too many requests at a time: try again later")
              .retryAfterMs(Math.max(retryAfterMs, abort.retryAfterMs()));
      case SHUTTING_DOWN -> shuttingDown(abort.retryAfterMs());
      case PEER_LOST, DEALER_LOST ->
          Problem.of(503, "party-unavailable", "the other party or the dealer is gone: try again")
              .retryAfterMs(Math.max(RETRY_LOST_MS, abort.retryAfterMs()));
      case DEADLINE -> deadline();
      case CLIENT_LOST ->
          Problem.of(
              424,
              "other-share-missing",
              "the other share of the input did not reach the other party in time");
      case PROTOCOL_VIOLATION ->
          Problem.of(
              502,
              "parties-disagree",
              "the parties disagree about the request: try again with a fresh id");
      case CANCELLED -> Problem.of(409, "cancelled", "the request was ended at one of the parties");
      case BATCH_TOO_LARGE ->
          Problem.of(413, "batch-too-large", "a request over HTTP has one image");
      case DEALER_FAULT ->
          Problem.of(502, "dealer-fault", "a check of the dealer has failed: tell the operators");
      case INTERNAL -> Problem.of(500, "internal-error", "the party has failed: see its log");
    };
  }

  static Problem shuttingDown(long retryAfterMs) {
    return Problem.of(503, "shutting-down", "the party is about to stop: try again later")
        .retryAfterMs(Math.max(RETRY_LOST_MS, retryAfterMs));
  }

  static Problem noCell(long retryAfterMs) {
    return Problem.of(503, "no-cell", "no cell serves the model at present: try again later")
        .retryAfterMs(Math.max(RETRY_LOST_MS, retryAfterMs));
  }

  static Problem cellGone() {
    return Problem.of(503, "cell-unavailable", "the cell is gone: have another one assigned");
  }

  /** Returns the problem of a request whose link at the party ended. */
  static Problem lost() {
    return Problem.of(503, "party-unavailable", "the party has dropped the request: try again")
        .retryAfterMs(RETRY_LOST_MS);
  }

  /** Returns the problem of a request whose token ended while it was answered. */
  static Problem tokenEnded() {
    return Problem.of(401, "token-expired", "the token has ended: ask for another")
        .header("WWW-Authenticate", "Bearer realm=\"pascaline\", error=\"invalid_token\"");
  }

  static Problem deadline() {
    return Problem.of(504, "deadline", "there was no answer before the deadline");
  }
}
