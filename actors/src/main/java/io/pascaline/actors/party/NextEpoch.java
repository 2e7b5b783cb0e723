// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.EpochEntry;
import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * When a party asks the dealer for the next epoch, after it has lost one while the dealer's link
 * held. Owned by the party's actor.
 */
final class NextEpoch {
  private static final Duration AFTER = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final TimerScheduler<Party.Command> timers;
  private final EpochEntry entry;
  private final int partyId;

  NextEpoch(TimerScheduler<Party.Command> timers, EpochEntry entry, int partyId) {
    this.timers = timers;
    this.entry = entry;
    this.partyId = partyId;
  }

  /**
   * This party has lost or ended an epoch: asks for the next, again until it comes. The first comes
   * by itself.
   */
  void soon() {
    if (!entry.isFirst()) {
      // Not both parties at once: the second request would end what the first began.
      timers.startSingleTimer(Party.RequestEpoch.INSTANCE, AFTER.multipliedBy(2L - partyId));
    }
  }

  /** The dealer was asked, or the other party asks it: asks again if nothing comes. */
  void again() {
    timers.startSingleTimer(Party.RequestEpoch.INSTANCE, RETRY);
  }

  /** An epoch was entered. */
  void entered() {
    timers.cancel(Party.RequestEpoch.INSTANCE);
  }
}
