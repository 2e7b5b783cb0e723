// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.SessionId;
import java.util.Objects;

/**
 * Where a request is in its life at one party. Immutable; each event gives the next state, and an
 * event that does not fit gives the same one, so that a second share or a second number is void.
 *
 * <pre>{@code
 *            share            number             reserved
 * (nothing) ──────> Queued ──────────> Awaiting ──────────> Running ──> Over
 *     │   number                     Reservation               │
 *     └──────────> AwaitingShare ──────^ │                     │
 *                       │       share    v       stopped,      v
 *                       └──> Over      Ending <── aborted ── (any with a share)
 * }</pre>
 *
 * A request with a share has a session actor, and is over when that actor has ended: until then its
 * number, its slot and its client's quota are taken.
 */
sealed interface RequestState {
  /** The states by name, for tables and gauges. */
  enum Stage {
    /** Its share is here and its number is not. */
    QUEUED,
    /** Its number is here and its share is not; at party 1 alone. */
    AWAITING_SHARE,
    /** Both are here, and the number is not durably reserved yet. */
    AWAITING_RESERVATION,
    /** Its share is in the layers. */
    RUNNING,
    /** Its session actor was told to end and has not ended yet. */
    ENDING,
    /** It is nowhere any more. */
    OVER
  }

  /** Returns the state's name. */
  Stage stage();

  /** Returns the session that it has become; null while it has no number. */
  default SessionId sessionOrNull() {
    return null;
  }

  /** Returns what follows when the client's share came. */
  default RequestState shareArrived() {
    return this;
  }

  /** Returns what follows when party 0 gave it a number. */
  default RequestState numberGiven(SessionId session) {
    return this;
  }

  /** Returns what follows when its number is durably reserved, so that it may be used. */
  default RequestState reserved() {
    return this;
  }

  /** Returns what follows an opening of its session: the peer holds the other share. */
  default RequestState peerOpened() {
    return this;
  }

  /** Returns what follows when its session actor was told to end, by whomever. */
  default RequestState stopped() {
    return this;
  }

  /**
   * Returns what follows when the peer ended it.
   *
   * @param namedOrNull the session that the peer named; null if it knows of no number
   */
  default RequestState abortedByPeer(SessionId namedOrNull) {
    return this;
  }

  /** Returns what follows when the epoch of its number is over. */
  default RequestState epochEnded() {
    return this;
  }

  /** Returns what follows when its session actor has ended. */
  default RequestState sessionEnded() {
    return this;
  }

  /** Its share is here and its number is not. It outlives epochs. */
  record Queued() implements RequestState {
    @Override
    public Stage stage() {
      return Stage.QUEUED;
    }

    @Override
    public RequestState numberGiven(SessionId session) {
      return new AwaitingReservation(session);
    }

    @Override
    public RequestState stopped() {
      return new Ending(null, false);
    }

    @Override
    public RequestState abortedByPeer(SessionId namedOrNull) {
      return new Ending(null, namedOrNull == null);
    }

    @Override
    public RequestState sessionEnded() {
      return new Over();
    }
  }

  /** Its number is here and its share is not: there is no session actor. */
  record AwaitingShare(SessionId sessionOrNull) implements RequestState {
    @Override
    public Stage stage() {
      return Stage.AWAITING_SHARE;
    }

    @Override
    public RequestState shareArrived() {
      return new AwaitingReservation(sessionOrNull);
    }

    @Override
    public RequestState stopped() {
      return new Over();
    }

    @Override
    public RequestState abortedByPeer(SessionId namedOrNull) {
      return new Over();
    }

    @Override
    public RequestState epochEnded() {
      return new Over();
    }
  }

  /** Share and number are here, and the number is not durably reserved yet. */
  record AwaitingReservation(SessionId sessionOrNull) implements RequestState {
    @Override
    public Stage stage() {
      return Stage.AWAITING_RESERVATION;
    }

    @Override
    public RequestState reserved() {
      return new Running(sessionOrNull, false);
    }

    @Override
    public RequestState stopped() {
      return new Ending(sessionOrNull, false);
    }

    @Override
    public RequestState abortedByPeer(SessionId namedOrNull) {
      return new Ending(sessionOrNull, sessionOrNull.equals(namedOrNull));
    }

    @Override
    public RequestState epochEnded() {
      return new Ending(sessionOrNull, false);
    }

    @Override
    public RequestState sessionEnded() {
      return new Over();
    }
  }

  /**
   * Its share is in the layers.
   *
   * @param sessionOrNull its session, never null
   * @param isConfirmed whether the peer has shown that it holds the other share
   */
  record Running(SessionId sessionOrNull, boolean isConfirmed) implements RequestState {
    @Override
    public Stage stage() {
      return Stage.RUNNING;
    }

    @Override
    public RequestState peerOpened() {
      return new Running(sessionOrNull, true);
    }

    @Override
    public RequestState stopped() {
      return new Ending(sessionOrNull, false);
    }

    @Override
    public RequestState abortedByPeer(SessionId namedOrNull) {
      return new Ending(sessionOrNull, sessionOrNull.equals(namedOrNull));
    }

    @Override
    public RequestState epochEnded() {
      return new Ending(sessionOrNull, false);
    }

    @Override
    public RequestState sessionEnded() {
      return new Over();
    }
  }

  /**
   * Its session actor was told to end and has not ended yet.
   *
   * @param sessionOrNull its session; null if it never had a number
   * @param isKnownToPeer whether the peer ended this very session or request itself; one that did
   *     not know the number must be told, or it would wait for that session
   */
  record Ending(SessionId sessionOrNull, boolean isKnownToPeer) implements RequestState {
    @Override
    public Stage stage() {
      return Stage.ENDING;
    }

    /** Takes a number that crossed the request's end, so that it ends with it, and once. */
    @Override
    public RequestState numberGiven(SessionId session) {
      return sessionOrNull == null ? new Ending(session, false) : this;
    }

    @Override
    public RequestState abortedByPeer(SessionId namedOrNull) {
      return new Ending(sessionOrNull, isKnownToPeer || Objects.equals(sessionOrNull, namedOrNull));
    }

    @Override
    public RequestState sessionEnded() {
      return new Over();
    }
  }

  /** It is nowhere any more. */
  record Over() implements RequestState {
    @Override
    public Stage stage() {
      return Stage.OVER;
    }
  }
}
