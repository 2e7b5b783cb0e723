// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.time;

import java.util.function.LongConsumer;

/**
 * The thread on which a role handles its messages, one after the other: what it is given takes
 * until all before it is done. For the simulation's thread.
 */
public final class Attendant {
  private final VirtualTime time;
  private final LongConsumer machine;
  private long busyUntilNs;

  /**
   * One with nothing to do.
   *
   * @param time the clock
   * @param machine told of each time that the thread takes from its machine, in nanoseconds
   */
  public Attendant(VirtualTime time, LongConsumer machine) {
    this.time = time;
    this.machine = machine;
  }

  /**
   * Gives it something more that takes so long.
   *
   * @return when that is done, in nanoseconds
   */
  public long occupy(long durationNs) {
    busyUntilNs = Math.max(busyUntilNs, time.nowNs()) + durationNs;
    machine.accept(durationNs);
    return busyUntilNs;
  }

  /** Runs an action once all that it was given is done: now, if there is nothing. */
  public void afterwards(Runnable action) {
    if (busyUntilNs <= time.nowNs()) {
      action.run();
    } else {
      time.at(busyUntilNs, action);
    }
  }
}
