// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.state.Reservation;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The numbers of an epoch, as far as they may be taken: in order, durably reserved before their
 * use, and no further ahead of what is precomputed than sessions may be in flight. Owned by the
 * party's actor; not thread-safe.
 */
final class NumberSupply {
  /** Numbers that a client which is party 1 may open beyond what it can have correlations for. */
  private static final int SLACK = LinkMessage.MAX_BATCH;

  private final ActorContext<Party.Command> context;
  private final PartySettings settings;
  private final RequestTable table;
  private final Readiness readiness;
  private long epoch;
  private boolean isOpen;
  private Reservation reservation;
  private AtomicLong reservedEnd;
  private boolean dealerLost;

  /** Begins outside any epoch. */
  NumberSupply(
      ActorContext<Party.Command> context,
      PartySettings settings,
      RequestTable table,
      Readiness readiness) {
    this.context = context;
    this.settings = settings;
    this.table = table;
    this.readiness = readiness;
  }

  void enterEpoch(PartyEpoch entered) {
    epoch = entered.epoch();
    reservedEnd = entered.reservedEnd();
    isOpen = true;
    table.beginEpoch(epoch);
    reservation = settings.state().reservation();
    dealerLost = false;
    readiness.reset();
  }

  void leaveEpoch() {
    isOpen = false;
    readiness.reset();
  }

  /** Nothing is dealt any more; false if that was known. */
  boolean dealerLost() {
    boolean news = !dealerLost;
    dealerLost = true;
    return news;
  }

  /** Returns whether the dealer, which is gone, has not dealt for all numbers up to an end. */
  boolean lacksDealer(long end) {
    return dealerLost && end > readiness.storedEnd();
  }

  /**
   * Begins to reserve the next numbers if they are not reserved, and returns whether the party that
   * gives numbers may take them now.
   */
  boolean prepareToTake(int count) {
    if (!settings.givesNumbers() || !isOpen) {
      return false;
    }
    long end = table.nextNumber() + count;
    if (end > reservation.end()) {
      reserveAhead(count);
      return false;
    }
    return table.imagesInFlight() + count <= settings.capacity().maxSessions()
        && end - readiness.readyEnd() <= settings.capacity().maxSessions()
        && !lacksDealer(end);
  }

  /**
   * Returns whether a client that is party 1 opens numbers further ahead than one that keeps to the
   * protocol can. It has correlations for no more than this party has granted credit for, which is
   * no more than a layer holds beyond what all have prepared here, and opens no more than may be in
   * flight beyond those. Each number that is abandoned before it is prepared takes memory until it
   * has been dealt for.
   */
  boolean isTooFarAhead(int count) {
    long ahead = table.nextNumber() + count - readiness.readyEnd();
    return settings.model().clientIsParty1()
        && ahead
            > (long) settings.capacity().precomputation().perLayer()
                + settings.capacity().maxSessions()
                + SLACK;
  }

  /** Takes the next numbers and returns the first; at party 1 they may not be reserved yet. */
  SessionId take(int count) {
    SessionId session = table.takeNumbers(count);
    reserveAhead(0);
    readiness.taken(session.number() + count - 1);
    return session;
  }

  /** Returns the number that is taken next. */
  long next() {
    return table.nextNumber();
  }

  /** Returns whether all numbers up to an end may be used. */
  boolean isReserved(long end) {
    return end <= reservation.end();
  }

  /** More numbers are durably reserved. */
  void reserved(long end) {
    reservation.reserved(end);
    reservedEnd.set(end);
    reserveAhead(0);
  }

  private void reserveAhead(int count) {
    long end = reservation.wantedEnd(table.nextNumber() + count);
    if (end >= 0) {
      long reservedEpoch = epoch;
      context.pipeToSelf(
          settings.state().watermark().reserve(reservedEpoch, end),
          (done, failure) -> new Party.NumbersReserved(reservedEpoch, end, failure));
    }
  }
}
