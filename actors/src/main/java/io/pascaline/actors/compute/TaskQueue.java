// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the threads of a pool do next: turns of actors and online tasks first, offline ones when the
 * {@link OfflinePolicy} says so, each in the order of submission. What a thread of the pool itself
 * asks for, it does next: no other thread has to wake for it. Thread-safe.
 */
final class TaskQueue {
  /** Tasks of its own that a thread does in a row while other tasks wait. */
  private static final int MAX_OWN_IN_A_ROW = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Turns and online tasks. */
  private final Deque<Task> urgent = new ArrayDeque<>();

  private final Deque<Task> offline = new ArrayDeque<>();
  private final OfflinePolicy policy = new OfflinePolicy(System.nanoTime());
  private final int maxSpinning;
  private final long spinNs;
  private long onlineEndedNs;

  /** Threads that look for work without pause. */
  private int spinningCount;

  private volatile boolean closed;

  /** Read without the lock, so that a look between two parts costs nothing. */
  private volatile boolean urgentWaits;

  /** What a task is to the policy. */
  private enum Lane {
    /** An actor handles messages; whether for an inference or ahead of one, nobody knows. */
    TURN,
    ONLINE,
    OFFLINE
  }

  /**
   * One task.
   *
   * @param body what it does; throws nothing
   */
  private record Task(Lane lane, Runnable body) {}

  /** A thread of the pool. */
  private final class Worker extends Thread {
    /** What it does next; its own. */
    private Task next;

    private int ownInARow;

    Worker(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      for (Task task = take(this); task != null; task = take(this)) {
        TaskQueue.this.run(task);
      }
    }

    boolean isOf(TaskQueue queue) {
      return TaskQueue.this == queue;
    }

    /** Returns what it asked for itself; null if there is nothing, or it is the others' turn. */
    Task takeOwn() {
      if (next == null || (urgentWaits && ownInARow >= MAX_OWN_IN_A_ROW)) {
        ownInARow = 0;
        return null;
      }
      ownInARow++;
      Task own = next;
      next = null;
      return own;
    }
  }

  /**
   * An empty queue.
   *
   * @param spinning how threads look for more work after online work
   */
  TaskQueue(Spinning spinning) {
    maxSpinning = spinning.threadCount();
    spinNs = spinning.durationNs();
    onlineEndedNs = System.nanoTime() - spinNs;
  }

  /** Starts a thread that runs tasks until the queue is closed. */
  void startWorker(String name) {
    new Worker(name).start();
  }

  /** Adds a task; fails with {@link RejectedExecutionException} once the queue is closed. */
  void add(Urgency urgency, Runnable body) {
    addOwn(new Task(urgency == Urgency.ONLINE ? Lane.ONLINE : Lane.OFFLINE, body));
  }

  /** Adds a turn of an actor; fails with {@link RejectedExecutionException} once it is closed. */
  void addTurn(Runnable body) {
    addOwn(new Task(Lane.TURN, body));
  }

  /** Adds what another thread shall do than the one that asks. */
  void addForOthers(Urgency urgency, Runnable body) {
    share(new Task(urgency == Urgency.ONLINE ? Lane.ONLINE : Lane.OFFLINE, body));
  }

  private void addOwn(Task task) {
    Worker worker = workerOrNull();
    if (worker == null || task.lane == Lane.OFFLINE) {
      share(task);
      return;
    }
    requireOpen();
    Task displaced = worker.next;
    worker.next = task;
    if (displaced != null) {
      share(displaced);
    }
  }

  private Worker workerOrNull() {
    return Thread.currentThread() instanceof Worker worker && worker.isOf(this) ? worker : null;
  }

  private void requireOpen() {
    if (closed) {
      throw new RejectedExecutionException("the compute pool is closed");
    }
  }

  private void share(Task task) {
    lock.lock();
    try {
      requireOpen();
      if (task.lane == Lane.OFFLINE) {
        policy.onSubmitted(Urgency.OFFLINE, System.nanoTime());
        offline.add(task);
      } else {
        urgent.add(task);
        urgentWaits = true;
        if (urgent.size() <= spinningCount) {
          return; // Each of these threads takes one, and nobody has to be woken.
        }
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Runs what is urgent, on a thread that is in the midst of an offline task. */
  void giveWay() {
    Worker worker = workerOrNull();
    while (urgentWaits || (worker != null && worker.next != null)) {
      Task own = worker == null ? null : worker.takeOwn();
      Task task = own == null ? pollUrgent() : own;
      if (task != null) {
        run(task);
      }
    }
  }

  /** Takes note that online work begins on a thread that is in the midst of a turn. */
  void onInlineStarted() {
    lock.lock();
    try {
      policy.onStarted(Urgency.ONLINE);
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that such work has ended. */
  void onInlineEnded() {
    onEnded(Urgency.ONLINE);
  }

  /** Takes note that an inference waits for offline work: the end of its rest. */
  void onOfflineAwaited() {
    lock.lock();
    try {
      policy.onAwaited();
      if (!offline.isEmpty()) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that one of these waits no longer. */
  void onOfflineNoLongerAwaited() {
    lock.lock();
    try {
      policy.onNoLongerAwaited();
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits and lets the threads go. */
  void close() {
    lock.lock();
    try {
      closed = true;
      urgent.clear();
      urgentWaits = false;
      offline.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run(Task task) {
    switch (task.lane) {
      case TURN -> task.body.run();
      case ONLINE -> {
        onInlineStarted();
        try {
          task.body.run();
        } finally {
          onEnded(Urgency.ONLINE);
        }
      }
      case OFFLINE -> {
        try {
          task.body.run();
        } finally {
          onEnded(Urgency.OFFLINE);
        }
      }
      default -> throw new IllegalStateException("lane " + task.lane);
    }
  }

  private void onEnded(Urgency urgency) {
    lock.lock();
    try {
      long nowNs = System.nanoTime();
      policy.onEnded(urgency, nowNs);
      if (urgency == Urgency.ONLINE) {
        onlineEndedNs = nowNs;
      }
    } finally {
      lock.unlock();
    }
  }

  private Task pollUrgent() {
    lock.lock();
    try {
      return nextUrgent();
    } finally {
      lock.unlock();
    }
  }

  private Task nextUrgent() {
    Task task = urgent.poll();
    urgentWaits = !urgent.isEmpty();
    return task;
  }

  /** Returns a worker's next task; waits for one, and returns null once the queue is closed. */
  private Task take(Worker worker) {
    Task own = worker.takeOwn();
    if (own != null) {
      return closed ? null : own;
    }
    lock.lock();
    try {
      while (!closed) {
        Task next = nextUrgent();
        if (next != null) {
          return next;
        }
        if (worker.next != null) {
          return worker.takeOwn();
        }
        long nowNs = System.nanoTime();
        long restNs = offline.isEmpty() ? Long.MAX_VALUE : policy.restNs(nowNs);
        if (restNs <= 0) {
          return nextOffline();
        }
        long leftNs = Math.min(restNs, onlineEndedNs + spinNs - nowNs);
        if (leftNs > 0 && spinningCount < maxSpinning) {
          spin(nowNs + leftNs);
        } else if (offline.isEmpty()) {
          changed.awaitUninterruptibly();
        } else {
          awaitNanos(restNs);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Task nextOffline() {
    Task task = offline.poll();
    policy.onStarted(Urgency.OFFLINE);
    if (!offline.isEmpty()) {
      changed.signal(); // Whoever waits for the end of the same rest.
    }
    return task;
  }

  /** Looks for urgent work without the lock, and gives the core to any thread that wants it. */
  private void spin(long untilNs) {
    spinningCount++;
    lock.unlock();
    try {
      while (!urgentWaits && !closed && System.nanoTime() - untilNs < 0) {
        Thread.onSpinWait();
        Thread.yield();
      }
    } finally {
      lock.lock();
      spinningCount--;
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
