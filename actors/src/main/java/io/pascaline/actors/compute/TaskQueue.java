// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the threads of a pool do next. Online tasks come first. Offline ones begin only once no
 * online task has run for {@link ComputePool#REST_NS}: between two rounds of an inference there is
 * always a moment with nothing to do, and an offline task that began in it would hold up the next
 * exchange, on the cores and on the threads that carry messages.
 *
 * <p>That is free as long as what was made ahead lasts. It has lasted whenever there is no offline
 * work at all for a moment; once there has been some for {@link ComputePool#PATIENCE_NS} on end, it
 * is what inferences will have to wait for, and from then on offline tasks only give way to online
 * ones that wait: no core is idle while there is work. Thread-safe.
 */
final class TaskQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Task> online = new ArrayDeque<>();
  private final Deque<Task> offline = new ArrayDeque<>();
  private int onlineInFlight;
  private long onlineEndedNs = System.nanoTime() - ComputePool.REST_NS;
  private int offlineInFlight;
  private long offlineBeganNs;
  private long offlineEndedNs = onlineEndedNs;
  private boolean closed;

  /** Read without the lock, so that a look between two parts costs nothing. */
  private volatile boolean onlineWaits;

  /**
   * One task.
   *
   * @param urgency its queue
   * @param body what it does; throws nothing
   */
  record Task(Urgency urgency, Runnable body) {}

  /** Adds a task; fails with {@link RejectedExecutionException} once the queue is closed. */
  void add(Urgency urgency, Runnable body) {
    Task task = new Task(urgency, body);
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("the compute pool is closed");
      }
      if (urgency == Urgency.ONLINE) {
        online.add(task);
        onlineWaits = true;
      } else {
        addOffline(task);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void addOffline(Task task) {
    boolean first = offline.isEmpty() && offlineInFlight == 0;
    long nowNs = System.nanoTime();
    if (first && nowNs - offlineEndedNs >= ComputePool.REST_NS) {
      offlineBeganNs = nowNs;
    }
    offline.add(task);
  }

  /** Runs tasks until the queue is closed. */
  void work() {
    for (Task task = take(); task != null; task = take()) {
      run(task);
    }
  }

  /** Runs the online tasks that wait, on a thread that is in the midst of an offline one. */
  void giveWay() {
    while (onlineWaits) {
      Task task = pollOnline();
      if (task != null) {
        run(task);
      }
    }
  }

  /** Drops what waits and lets the threads go. */
  void close() {
    lock.lock();
    try {
      closed = true;
      online.clear();
      onlineWaits = false;
      offline.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run(Task task) {
    try {
      task.body.run();
    } finally {
      onEnded(task);
    }
  }

  private void onEnded(Task task) {
    lock.lock();
    try {
      if (task.urgency == Urgency.ONLINE) {
        onlineInFlight--;
        onlineEndedNs = System.nanoTime();
      } else {
        offlineInFlight--;
        offlineEndedNs = System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
  }

  private Task pollOnline() {
    lock.lock();
    try {
      return nextOnline();
    } finally {
      lock.unlock();
    }
  }

  private Task nextOnline() {
    Task task = online.poll();
    if (task != null) {
      onlineInFlight++;
    }
    onlineWaits = !online.isEmpty();
    return task;
  }

  /** Returns the next task; waits for one, and returns null once the queue is closed. */
  private Task take() {
    lock.lock();
    try {
      while (!closed) {
        Task urgent = nextOnline();
        if (urgent != null) {
          return urgent;
        }
        if (offline.isEmpty()) {
          changed.awaitUninterruptibly();
          continue;
        }
        long restNs = restNs();
        if (restNs <= 0) {
          Task task = offline.poll();
          offlineInFlight++;
          if (!offline.isEmpty()) {
            changed.signal(); // Whoever waits for the end of the same rest.
          }
          return task;
        }
        awaitNanos(restNs);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how long offline tasks have to wait yet. */
  private long restNs() {
    long nowNs = System.nanoTime();
    long patienceNs = ComputePool.PATIENCE_NS - (nowNs - offlineBeganNs);
    return onlineInFlight > 0
        ? patienceNs
        : Math.min(patienceNs, ComputePool.REST_NS - (nowNs - onlineEndedNs));
  }

  private void awaitNanos(long restNs) {
    try {
      changed.awaitNanos(restNs);
    } catch (InterruptedException ignored) {
      // Nobody of ours interrupts these threads: they end when the queue is closed.
      Thread.interrupted();
    }
  }
}
