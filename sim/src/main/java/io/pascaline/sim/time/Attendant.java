package io.pascaline.sim.time;

/**
 * The thread on which a role handles its messages, one after the other: what it is given takes
 * until all before it is done. For the simulation's thread.
 */
public final class Attendant {
  private final VirtualTime time;
  private long busyUntilNs;

  /** One with nothing to do. */
  public Attendant(final VirtualTime time) {
    this.time = time;
  }

  /** Gives it something more that takes so long. */
  public void occupy(final long durationNs) {
    busyUntilNs = Math.max(busyUntilNs, time.nowNs()) + durationNs;
  }

  /** Runs an action once all that it was given is done: now, if there is nothing. */
  public void afterwards(final Runnable action) {
    if (busyUntilNs <= time.nowNs()) {
      action.run();
    } else {
      time.at(busyUntilNs, action);
    }
  }
}
