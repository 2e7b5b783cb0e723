// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.EpochEntry;
import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Schedules when a party asks the dealer for the next epoch, after it has lost one while the
 * dealer's link stayed open. Owned by the party's actor.
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
   * Asks for the next epoch soon, after this party has lost or ended one. Does nothing before the
   * party's first epoch, which the dealer announces without a request.
   */
  void askSoon() {
    if (!entry.isFirst()) {
      // The parties ask at different times: a second request would end the new epoch.
      timers.startSingleTimer(Party.RequestEpoch.INSTANCE, AFTER.multipliedBy(2L - partyId));
    }
  }

  /**
   * Asks later, unless an epoch is entered before. For a party that has just asked, or whose peer
   * asks first.
   */
  void askLater() {
    timers.startSingleTimer(Party.RequestEpoch.INSTANCE, RETRY);
  }

  /** Cancels the next request: an epoch was entered. */
  void entered() {
    timers.cancel(Party.RequestEpoch.INSTANCE);
  }
}
