// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.time;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The actor system's timers on the virtual clock. Made by the actor system, by name; for the
 * simulation's thread.
 */
public final class VirtualScheduler extends AbstractScheduler {
  private static final double NANOSECOND_TICKS_HZ = 1e9;

  private final VirtualTime time;

  /**
   * For the actor system.
   *
   * @param config names the clock
   * @param log not used
   * @param threads not used: there are none
   */
  public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    time = VirtualActorSystem.timeOf(config);
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext executor) {
    Timer timer = new Timer();
    timer.event = time.after(delay.toNanos(), () -> executor.execute(task));
    return timer;
  }

  @Override
  @SuppressWarnings("deprecation") // The base class still asks for it.
  public Cancellable schedule(
      FiniteDuration initialDelay,
      FiniteDuration interval,
      Runnable task,
      ExecutionContext executor) {
    Timer timer = new Timer();
    timer.event = time.after(initialDelay.toNanos(), () -> repeat(timer, interval, task, executor));
    return timer;
  }

  private void repeat(
      Timer timer, FiniteDuration interval, Runnable task, ExecutionContext executor) {
    executor.execute(task);
    timer.event = time.after(interval.toNanos(), () -> repeat(timer, interval, task, executor));
  }

  @Override
  public double maxFrequency() {
    return NANOSECOND_TICKS_HZ;
  }

  private static final class Timer implements Cancellable {
    private VirtualTime.Event event;
    private boolean cancelled;

    @Override
    public boolean cancel() {
      boolean effective = event.cancel();
      cancelled |= effective;
      return effective;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }
}
