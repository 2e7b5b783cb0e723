// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** Agrona's idle strategies by {@link IdleMode}; each call makes one for one thread. */
public final class IdleStrategies {
  private static final long MAX_SPINS = 20;
  private static final long MAX_YIELDS = 50;
  private static final long MIN_PARK_NS = 1_000;

  /** A parked thread sleeps this long and what the kernel's timer slack adds, some 50 us. */
  private static final long MAX_PARK_NS = 20_000;

  private static final long FEW_YIELDS = 5;
  private static final long LONG_PARK_NS = 50_000;
  private static final long LONGEST_PARK_NS = 1_000_000;

  /** Rare enough that the two threads of an idle node take about 2 % of a core. */
  private static final long QUIET_PARK_NS = 4_000_000;

  private IdleStrategies() {}

  /** Returns a strategy for a thread that nobody wakes. */
  public static IdleStrategy of(IdleMode mode) {
    return switch (mode) {
      case BACKOFF -> new BackoffIdleStrategy(MAX_SPINS, MAX_YIELDS, MIN_PARK_NS, MAX_PARK_NS);
      case YIELD -> new YieldingIdleStrategy();
      case SPIN -> BusySpinIdleStrategy.INSTANCE;
    };
  }

  /**
   * Returns a strategy for a thread that nobody wakes, which looks less often while there is no
   * traffic.
   */
  public static IdleStrategy of(IdleMode mode, RecentTraffic traffic) {
    return mode == IdleMode.BACKOFF
        ? new CalmWhenQuiet(
            of(mode),
            new BackoffIdleStrategy(1, 1, QUIET_PARK_NS, QUIET_PARK_NS),
            traffic::isRecent)
        : of(mode);
  }

  /**
   * Returns a strategy that looks for work without pause for a time before it parks.
   *
   * @param mode of the thread; one that never parks needs no such time
   * @param then what follows
   * @param spinNs how long, at least 0
   */
  public static IdleStrategy spinningFirst(IdleMode mode, IdleStrategy then, long spinNs) {
    return spinNs == 0 || mode != IdleMode.BACKOFF ? then : new SpinFirst(then, spinNs);
  }

  /**
   * For threads that are woken whenever there is something for them, or have no part in passing a
   * message on: they look around by themselves only now and then, and leave the cores to others.
   */
  static IdleStrategy woken(IdleMode mode) {
    return mode == IdleMode.BACKOFF
        ? new BackoffIdleStrategy(MAX_SPINS, FEW_YIELDS, LONG_PARK_NS, LONGEST_PARK_NS)
        : of(mode);
  }
}
