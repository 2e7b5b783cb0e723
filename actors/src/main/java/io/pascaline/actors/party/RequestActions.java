// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.party.RequestState.Stage;
import io.pascaline.actors.party.RequestTable.Request;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import java.util.function.UnaryOperator;

/**
 * How one request starts in the layers of an epoch, and how it ends. A request that has a share
 * ends by its session actor, which tells its client; one whose share has not come has no such
 * actor. What ends a session ends all its images: its numbers are abandoned together. Owned by the
 * party's actor; not thread-safe.
 */
final class RequestActions {
  private static final String DEALER_LOST = "the dealer is gone: try again later";

  private final RequestTable table;
  private final NumberSupply numbers;
  private final PeerProxy peer;
  private final LostCorrelations lost;
  private EpochLayers layers;

  /**
   * Begins outside any epoch.
   *
   * @param lost what is lost of numbers that nobody has
   */
  RequestActions(RequestTable table, NumberSupply numbers, PeerProxy peer, LostCorrelations lost) {
    this.table = table;
    this.numbers = numbers;
    this.peer = peer;
    this.lost = lost;
  }

  void enterEpoch(EpochLayers epochLayers) {
    layers = epochLayers;
    lost.clear();
  }

  void leaveEpoch() {
    layers = null;
    lost.clear();
  }

  boolean isInEpoch() {
    return layers != null;
  }

  /** Returns the epoch, inside one. */
  PartyEpoch epoch() {
    return layers.epoch();
  }

  /** Returns whether a session has numbers of the epoch. */
  boolean isOfEpoch(SessionId sessionOrNull) {
    return isInEpoch() && sessionOrNull != null && sessionOrNull.epoch() == epoch().epoch();
  }

  /** Starts a session that has its share and its numbers, if those are durably reserved. */
  void startIfReserved(Request request) {
    SessionId session = request.sessionOrNull();
    if (request.stage() != Stage.AWAITING_RESERVATION || !numbers.isReserved(request.numberEnd())) {
      return;
    }
    table.apply(request, RequestState::reserved);
    request.session().tell(new Session.Start(session.number(), layers.firstLayers()));
    LayerReport.Failed failed = lost.take(session.number(), request.imageCount());
    if (failed != null) {
      stop(request, failed.reason(), failed.detail());
    } else {
      stopIfUndealt(request);
    }
  }

  /** Ends a request that has numbers for which the dealer, which is gone, has not dealt. */
  void stopIfUndealt(Request request) {
    if (numbers.lacksDealer(request.numberEnd())) {
      stop(request, AbortReason.DEALER_LOST, DEALER_LOST);
    }
  }

  /** Ends a request that has its share, or one that waits for it. */
  void stop(Request request, AbortReason reason, String detail) {
    if (request.stage() == Stage.AWAITING_SHARE) {
      drop(request, reason, detail);
    } else {
      abort(request, RequestState::stopped, reason, detail);
    }
  }

  /** Ends a number whose share has not come, here and at the peer. */
  void drop(Request request, AbortReason reason, String detail) {
    SessionId session = request.sessionOrNull();
    table.apply(request, RequestState::stopped);
    discard(session.number(), request.imageCount());
    peer.ended(session, request.id(), reason, detail);
  }

  /**
   * Ends a request that the peer has ended.
   *
   * @param namedOrNull the session that the peer has said it was
   */
  void endForPeer(Request request, SessionId namedOrNull, RequestAbort abort) {
    UnaryOperator<RequestState> event = state -> state.abortedByPeer(namedOrNull);
    if (request.stage() == Stage.AWAITING_SHARE) {
      discard(request.sessionOrNull().number(), request.imageCount());
      table.apply(request, event);
    } else {
      abort(request, event, abort.reason(), "the other party: " + abort.detail());
    }
  }

  private void abort(
      Request request, UnaryOperator<RequestState> event, AbortReason reason, String detail) {
    boolean wasEnding = request.stage() == Stage.ENDING;
    table.apply(request, event);
    if (!wasEnding) {
      request.session().tell(new Session.Abort(reason, detail));
    }
  }

  /** Of a session's numbers nothing will come here. */
  void discard(long number, int imageCount) {
    lost.take(number, imageCount);
    layers.abandon(number, imageCount);
  }
}
