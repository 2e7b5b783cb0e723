// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * The numbers of an epoch that are used to check the dealer, in place of sessions. This has what
 * both parties do alike: {@link ChecksAtParty0} takes the numbers, {@link ChecksAtParty1} follows.
 * Owned by the party's actor; not thread-safe.
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
abstract sealed class DealerChecks permits ChecksAtParty0, ChecksAtParty1 {
  private final PartySettings settings;
  private final NumberSupply numbers;
  private final PeerProxy peer;
  private final LostCorrelations lost;
  private final BiConsumer<AbortReason, String> epochBroken;
  private final Logger log;
  private final int every;
  private final Map<Long, Check> outstanding = new LinkedHashMap<>();
  private EpochLayers layers;
  private boolean isTimed;

  /** A number that this party's seed was revealed of, until all layers have checked it. */
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
   * What the checks of a party work with.
   *
   * @param lost what is lost of numbers that nobody has
   * @param epochBroken ends the epoch at once, for a reason
   * @param log told in one line what a check has found
   */
  record Surroundings(
      PartySettings settings,
      NumberSupply numbers,
      PeerProxy peer,
      LostCorrelations lost,
      BiConsumer<AbortReason, String> epochBroken,
      Logger log) {}

  /** Returns those of a party; they begin outside any epoch. */
  static DealerChecks of(Surroundings surroundings) {
    return surroundings.settings().partyId() == 0
        ? new ChecksAtParty0(surroundings)
        : new ChecksAtParty1(surroundings);
  }

  /** They begin outside any epoch. */
  DealerChecks(Surroundings of) {
    settings = of.settings();
    numbers = of.numbers();
    peer = of.peer();
    lost = of.lost();
    epochBroken = of.epochBroken();
    log = of.log();
    every = settings.capacity().limits().dealerCheckEvery();
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
    isTimed = true;
  }

  /** A session gets its numbers: the party may ask the other one for checks. */
  void askPeer() {}

  /**
   * Takes numbers for checks in the place of a session that is about to get its numbers. A client
   * that is party 1 numbers its sessions itself, and checks nothing.
   *
   * @param imageCount numbers of the session, and of each check
   * @return whether the session may take its numbers now
   */
  boolean beginBefore(int imageCount) {
    return numbers.prepareToTake(imageCount);
  }

  /** More numbers are durably reserved. */
  void answerReserved() {}

  /** Takes in the peer's part of a check; false if it fits nothing. */
  boolean onPeer(LinkMessage.OfCheck message) {
    if (message instanceof LinkMessage.WitnessDigest witness) {
      return outstanding.containsKey(witness.number()) && layers.deliver(witness);
    }
    // The checks of a client that is party 1 would be used beside its quota.
    return !settings.model().clientIsParty1() && onCheck((LinkMessage.SessionCheck) message);
  }

  /** Takes in the peer's seed, or its request for a check; false if it fits nothing. */
  protected abstract boolean onCheck(LinkMessage.SessionCheck check);

  /** Draws whether to check the dealer. */
  protected final boolean draw() {
    return isOn() && settings.draws().nextInt(every) == 0;
  }

  /** Returns whether this party is set to check the dealer. */
  protected final boolean isOn() {
    return every > 0;
  }

  /** Returns what gives numbers to sessions and checks. */
  protected final NumberSupply numbers() {
    return numbers;
  }

  /** Returns the other party. */
  protected final PeerProxy peer() {
    return peer;
  }

  /** Returns the epoch; null outside any. */
  protected final PartyEpoch epochOrNull() {
    return layers == null ? null : layers.epoch();
  }

  /** Returns how many numbers are revealed and not checked by all layers. */
  protected final int outstandingCount() {
    return outstanding.size();
  }

  /** Ends the epoch if something of a number was lost before it was taken for a check. */
  protected final void endIfLost(SessionId session) {
    lost(lost.take(session.number(), 1));
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

  /** A message did not get through: neither party would understand a later number. */
  protected final void peerMissed() {
    epochFailed(AbortReason.PEER_LOST, "messages of the other party were lost");
  }

  /** Tells the peer this party's seed of a number; false if that, or noting it, has failed. */
  protected final boolean reveal(SessionId session) {
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
      peerMissed();
      return false;
    }
    return true;
  }

  /** Gives the peer's seed of a number to the layers; false if nothing waits for it. */
  protected final boolean answered(LinkMessage.SessionCheck check) {
    Check asked = outstanding.get(check.number());
    if (asked == null || asked.isAnswered) {
      return false;
    }
    asked.isAnswered = true;
    layers.check(check.number(), check.seed());
    return true;
  }

  /** Returns whether a number was taken for a check, and has not passed it. */
  boolean has(long number) {
    return outstanding.containsKey(number);
  }

  /** One layer has done its part of a check. */
  void layerChecked(long number) {
    Check check = outstanding.get(number);
    if (check != null && --check.layersLeft == 0) {
      outstanding.remove(number);
      settings.counters().dealerChecked(true);
    }
  }

  /** Ends the epoch if a check has taken longer than any request may. */
  void endOverdue() {
    if (isTimed && !outstanding.isEmpty() && leftNs() < 0) {
      epochFailed(AbortReason.PEER_LOST, "a check of the dealer has not ended in time");
    }
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
