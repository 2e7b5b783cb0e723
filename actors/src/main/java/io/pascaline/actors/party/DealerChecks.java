// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * The numbers of an epoch that are used to check the dealer, in place of sessions. Owned by the
 * party's actor; not thread-safe.
 *
 * <pre>
 *   1  When a session is to get numbers, party 0 draws whether it first checks that many numbers.
 *      Party 1 draws once for each session, and asks party 0 for its checks.
 *   2  Party 0 takes the numbers, which no session will have, and sends its seed of each.
 *   3  Party 1 takes the same numbers, and sends its seed of each.
 *   4  Each layer of each party computes its witness, when it has the correlation and both seeds.
 *      Who was sent no correction sends the digest of its witness; the other one compares.
 * </pre>
 *
 * <p>A check takes the place of a session, with as many numbers as the session takes. The dealer
 * may know how many images each session has. It still finds no number that is checked less often
 * than others. Checks of single numbers between sessions of several images would almost never check
 * the last image of a session.
 *
 * <p>The dealer is not told of any of this, neither before nor after. A party reveals a seed only
 * for a number that it has taken for this purpose, which is durably reserved and noted before, and
 * only if its own settings check the dealer: a false seed of the peer tests guesses of weights.
 */
final class DealerChecks {
  /** Checks of party 1 that wait for their turn; more would say nothing about the dealer. */
  private static final int MAX_REQUESTED = 64;

  /** Numbers that checks of party 1 may take in addition to half of all numbers. */
  static final int REQUESTED_SLACK = 8;

  /** Far more than numbers may run ahead. */
  private static final int MAX_OUTSTANDING = 4096;

  private final PartySettings settings;
  private final NumberSupply numbers;
  private final PeerProxy peer;
  private final LostCorrelations lost;
  private final BiConsumer<AbortReason, String> epochBroken;
  private final Logger log;
  private final int every;
  private final Map<Long, Check> outstanding = new LinkedHashMap<>();

  /** Of party 1: numbers that are not reserved yet, with the seeds of party 0. */
  private final Deque<LinkMessage.SessionCheck> unreserved = new ArrayDeque<>();

  private EpochLayers layers;

  /** Of party 0: checks that party 1 waits for. */
  private int requested;

  /** Of party 0: numbers that were taken for checks that party 1 asked for. */
  private long requestedTaken;

  private boolean isTimed;

  /** A number that this party's seed was revealed of. */
  private static final class Check {
    private final long sinceNs;
    private boolean isAnswered;
    private int layersLeft;

    Check(long sinceNs, int layersLeft) {
      this.sinceNs = sinceNs;
      this.layersLeft = layersLeft;
    }
  }

  /**
   * Begins outside any epoch.
   *
   * @param lost what is lost of numbers that nobody has
   * @param epochBroken ends the epoch at once, for a reason
   * @param log told in one line what a check has found
   */
  DealerChecks(
      PartySettings settings,
      NumberSupply numbers,
      PeerProxy peer,
      LostCorrelations lost,
      BiConsumer<AbortReason, String> epochBroken,
      Logger log) {
    this.settings = settings;
    this.numbers = numbers;
    this.peer = peer;
    this.lost = lost;
    this.epochBroken = epochBroken;
    this.log = log;
    this.every = settings.capacity().limits().dealerCheckEvery();
  }

  /** An epoch began; the first session's numbers may be checked like any others. */
  void enterEpoch(EpochLayers epochLayers) {
    leaveEpoch();
    layers = epochLayers;
    askPeer();
  }

  /** The epoch is over: nothing of it is checked any more. */
  void leaveEpoch() {
    layers = null;
    outstanding.clear();
    unreserved.clear();
    requested = 0;
    requestedTaken = 0;
    isTimed = true;
  }

  /** Party 1 draws how many checks it asks for; once for each session. */
  void askPeer() {
    while (settings.partyId() == 1 && isDrawn()) {
      peer.check(LinkMessage.SessionCheck.request(layers.epoch().epoch()));
    }
  }

  /** Ends the epoch if a check has taken longer than any request may. */
  void endOverdue() {
    if (isOverdue()) {
      epochFailed(AbortReason.PEER_LOST, "a check of the dealer has not ended in time");
    }
  }

  /**
   * Party 0 takes numbers for checks in the place of a session that is about to get its numbers.
   * Party 0 draws only when it could assign the numbers. The dealer has then dealt for them
   * already, or it does not learn of the check.
   *
   * @param imageCount numbers of the session, and of each check
   * @return whether the session may take its numbers now
   */
  boolean beginBefore(int imageCount) {
    while (numbers.mayTake(imageCount)) {
      if (!isNextChecked(imageCount)) {
        return true;
      }
      for (int image = 0; image < imageCount; image++) {
        if (!begin()) {
          return false;
        }
      }
    }
    return false;
  }

  /** Decides on one check; checks that party 1 asked for leave half of the numbers to others. */
  private boolean isNextChecked(int imageCount) {
    if (requested > 0 && requestedTaken < numbers.next() / 2 + REQUESTED_SLACK) {
      requested--;
      requestedTaken += imageCount;
      return true;
    }
    return isDrawn();
  }

  private boolean isDrawn() {
    return every > 0 && settings.draws().nextInt(every) == 0;
  }

  /** Takes the next number for a check; returns false if this ended the epoch. */
  private boolean begin() {
    SessionId session = numbers.take(1);
    if (!reveal(session)) {
      return false;
    }
    lost(lost.take(session.number(), 1));
    return layers != null;
  }

  /** Takes in the peer's part of a check; false if it fits nothing. */
  boolean onPeer(LinkMessage.OfCheck message) {
    if (message instanceof LinkMessage.WitnessDigest witness) {
      return outstanding.containsKey(witness.number()) && layers.deliver(witness);
    }
    LinkMessage.SessionCheck check = (LinkMessage.SessionCheck) message;
    if (settings.model().clientIsParty1()) {
      return false; // Its checks would be used beside its quota.
    }
    if (settings.partyId() == 1) {
      return begun(check);
    }
    if (check.number() == LinkMessage.NO_SESSION) {
      if (every == 0) {
        return false;
      }
      requested = Math.min(MAX_REQUESTED, requested + 1);
      return true;
    }
    return answered(check);
  }

  /** Party 1 takes the number that party 0 has taken. */
  private boolean begun(LinkMessage.SessionCheck check) {
    if (check.number() < numbers.next()) {
      return false;
    }
    if (every == 0) {
      // The number is lost to both: without its seed, the peer would wait for ten minutes.
      epochFailed(
          AbortReason.PROTOCOL_VIOLATION,
          "the other party checks the dealer, but this party is not set to: set dealer-check-every"
              + " at both parties or at neither");
      return true;
    }
    if (check.number() > numbers.next()
        || unreserved.size() + outstanding.size() >= MAX_OUTSTANDING) {
      peerMissed();
      return true;
    }
    SessionId session = numbers.take(1);
    unreserved.add(check);
    answerReserved();
    lost(lost.take(session.number(), 1));
    return true;
  }

  /** Party 1 answers the checks whose numbers are reserved. */
  void answerReserved() {
    while (!unreserved.isEmpty() && numbers.isReserved(unreserved.peek().number() + 1)) {
      LinkMessage.SessionCheck check = unreserved.remove();
      if (!reveal(new SessionId(check.epoch(), check.number()))) {
        return;
      }
      outstanding.get(check.number()).isAnswered = true;
      layers.check(check.number(), check.seed());
    }
  }

  /** Party 1 has answered with its seed; false if nobody has asked. */
  private boolean answered(LinkMessage.SessionCheck check) {
    Check asked = outstanding.get(check.number());
    if (asked == null || asked.isAnswered) {
      return false;
    }
    asked.isAnswered = true;
    layers.check(check.number(), check.seed());
    return true;
  }

  /** Something is lost of a number that is checked, perhaps by the dealer's fault. */
  void lost(LayerReport.Failed failedOrNull) {
    if (failedOrNull != null) {
      epochFailed(
          failedOrNull.origin() == LayerReport.FailureOrigin.DEALER
              ? AbortReason.DEALER_FAULT
              : failedOrNull.reason(),
          failedOrNull.detail());
    }
  }

  /** The epoch cannot continue; the dealer's faults are counted. */
  void epochFailed(AbortReason reason, String detail) {
    if (reason == AbortReason.DEALER_FAULT) {
      settings.counters().dealerChecked(false);
      log.error("a check of the dealer has failed: {}", detail);
    }
    epochBroken.accept(reason, detail);
  }

  private void peerMissed() {
    epochFailed(AbortReason.PEER_LOST, "messages of the other party were lost");
  }

  /** Tells the peer this party's seed of a number; false if that, or noting it, has failed. */
  private boolean reveal(SessionId session) {
    try {
      if (settings.state().audit().isOn()) {
        for (StepLayer step : settings.model().plan().steps()) {
          settings
              .state()
              .audit()
              .record(AuditRecord.revealed(session.epoch(), session.number(), step.id()));
        }
      }
    } catch (StateException full) {
      settings.fatal().accept(full.getMessage());
      return false;
    }
    outstanding.put(
        session.number(),
        new Check(settings.nanoClock().getAsLong(), settings.protocolLayerCount()));
    byte[] seed = layers.epoch().random().sessionSeed(session);
    if (!peer.check(new LinkMessage.SessionCheck(session.epoch(), session.number(), seed))) {
      peerMissed(); // It would understand no later number.
      return false;
    }
    return true;
  }

  /** Returns whether a number was taken for a check, reserved or not, and has not passed it. */
  boolean has(long number) {
    return outstanding.containsKey(number)
        || unreserved.stream().anyMatch(check -> check.number() == number);
  }

  /** One layer has done its part of a check. */
  void layerChecked(long number) {
    Check check = outstanding.get(number);
    if (check != null && --check.layersLeft == 0) {
      outstanding.remove(number);
      settings.counters().dealerChecked(true);
    }
  }

  /** Returns whether a check has taken longer than any request may. */
  private boolean isOverdue() {
    return isTimed && !outstanding.isEmpty() && leftNs() < 0;
  }

  /** Returns how long the oldest check may still take. */
  private long leftNs() {
    long sinceNs = outstanding.values().iterator().next().sinceNs;
    return TimeUnit.MILLISECONDS.toNanos(PartyLimits.MAX_TIMEOUT_MS)
        - (settings.nanoClock().getAsLong() - sinceNs);
  }

  /**
   * Returns when to look for an overdue check; null while none is in flight. It is no later than a
   * request that comes now can be overdue, so one timer does for both.
   */
  Duration untilOverdueOrNull() {
    if (!isTimed || outstanding.isEmpty()) {
      return null;
    }
    long shareNs =
        TimeUnit.MILLISECONDS.toNanos(settings.capacity().limits().otherShareTimeoutMs());
    return Duration.ofNanos(Math.max(1, Math.min(leftNs() + 1, shareNs)));
  }

  /** What the dealer has not dealt it never will: such checks do not end, and nobody waits. */
  void dealerLost() {
    isTimed = false;
  }
}
