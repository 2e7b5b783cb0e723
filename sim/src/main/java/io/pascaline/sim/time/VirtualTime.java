// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.time;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * A clock that jumps. It runs what is ready, first come first served; when nothing is, it jumps to
 * the next event. Events of one instant happen in the order in which they were asked for, so the
 * same program gives the same history.
 *
 * <p>For one thread, except that {@link #execute} and {@link #at} may be called from any: an actor
 * system starts on a thread of its own.
 */
public final class VirtualTime implements Executor {
  private static final Comparator<Event> IN_ORDER =
      Comparator.comparingLong((Event event) -> event.atNs)
          .thenComparingLong(event -> event.sequence);

  private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>(IN_ORDER);
  private long nowNs;
  private long sequence;

  /** Something that will happen, unless it is cancelled. */
  public static final class Event {
    private final long atNs;
    private final long sequence;
    private Runnable action;

    private Event(long atNs, long sequence, Runnable action) {
      this.atNs = atNs;
      this.sequence = sequence;
      this.action = action;
    }

    /** Makes sure that it does not happen; false if it has happened or was cancelled before. */
    public boolean cancel() {
      boolean pending = action != null;
      action = null;
      return pending;
    }
  }

  /** Starts at nought. */
  public VirtualTime() {}

  /** Nanoseconds since the start. */
  public long nowNs() {
    return nowNs;
  }

  /** Runs a task at the present instant, after those that are ready already. */
  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  /** Plans an action; at the present instant if its time has passed. */
  public Event at(long timeNs, Runnable action) {
    synchronized (events) {
      Event event = new Event(Math.max(timeNs, nowNs), sequence++, action);
      events.add(event);
      return event;
    }
  }

  /** Plans an action for later; one with no delay happens once nothing is ready any more. */
  public Event after(long delayNs, Runnable action) {
    return at(nowNs + delayNs, action);
  }

  /**
   * Runs until a condition is true; it is evaluated whenever nothing is ready.
   *
   * @return false if everything stands still before that
   */
  public boolean runUntil(BooleanSupplier condition) {
    while (true) {
      runReady();
      if (condition.getAsBoolean()) {
        return true;
      }
      Event next = nextEvent();
      if (next == null) {
        return false;
      }
      nowNs = next.atNs;
      Runnable action = next.action;
      next.action = null;
      action.run();
    }
  }

  /** Runs what is ready, and what becomes ready by that. */
  void runReady() {
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
  }

  private Event nextEvent() {
    synchronized (events) {
      Event next = events.poll();
      while (next != null && next.action == null) {
        next = events.poll();
      }
      return next;
    }
  }
}
