// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the threads of a pool do next: online tasks first, offline ones when the {@link
 * OfflinePolicy} says so, within one urgency in the order of submission. Thread-safe.
 */
final class TaskQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Task> online = new ArrayDeque<>();
  private final Deque<Task> offline = new ArrayDeque<>();
  private final OfflinePolicy policy = new OfflinePolicy(System.nanoTime());
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
      policy.onSubmitted(urgency, System.nanoTime());
      if (urgency == Urgency.ONLINE) {
        online.add(task);
        onlineWaits = true;
      } else {
        offline.add(task);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
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
      policy.onEnded(task.urgency, System.nanoTime());
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
      policy.onStarted(Urgency.ONLINE);
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
        long restNs = policy.restNs(System.nanoTime());
        if (restNs <= 0) {
          Task task = offline.poll();
          policy.onStarted(Urgency.OFFLINE);
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

  private void awaitNanos(long restNs) {
    try {
      changed.awaitNanos(restNs);
    } catch (InterruptedException ignored) {
      // Nobody of ours interrupts these threads: they end when the queue is closed.
      Thread.interrupted();
    }
  }
}
