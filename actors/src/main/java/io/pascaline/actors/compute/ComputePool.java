// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.WordSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * A fixed pool of threads, sized to the cores, with two queues: every waiting online task starts
 * before any offline one, and offline tasks rest while an inference is in flight that waits for
 * none of them; within one urgency tasks start in the order of submission. Actors may take their
 * turns on the same threads, see {@link #props}; a thread continues with what the turn has asked
 * for, so that an opening's way through its layer to the next layer's opening is one thread's.
 *
 * <p>Thread-safe. Tasks must not block. A task gets a {@link WorkSplitter} over this pool: the
 * task's own thread takes parts beside whichever threads are idle, so a task never waits for a
 * thread. Between the parts of an offline task its threads run the online tasks that wait.
 */
public final class ComputePool implements Compute, AutoCloseable {
  private static final AtomicLong POOLS = new AtomicLong();

  private final TaskQueue tasks;
  private final String dispatcherId;
  private final int threadCount;
  private final WordSource arrays;
  private final WorkSplitter onlineSplitter;
  private final WorkSplitter offlineSplitter;

  /**
   * Starts the threads; none of them spins.
   *
   * @param name prefix of the threads' names
   * @param threadCount number of threads, at least 1
   */
  public ComputePool(String name, int threadCount) {
    this(name, threadCount, Spinning.none(), WordSource.fresh());
  }

  /**
   * Starts the threads.
   *
   * @param name prefix of the threads' names
   * @param threadCount number of threads, at least 1
   * @param spinning how threads look for more work after online work before they park
   * @param arrays where the steps take arrays from
   */
  public ComputePool(String name, int threadCount, Spinning spinning, WordSource arrays) {
    if (threadCount < 1) {
      throw new IllegalArgumentException("threadCount must be at least 1: " + threadCount);
    }
    this.threadCount = threadCount;
    this.arrays = arrays;
    tasks = new TaskQueue(spinning);
    dispatcherId = "pascaline-compute-" + POOLS.incrementAndGet();
    onlineSplitter =
        new SharedWork(threadCount, body -> tasks.addForOthers(Urgency.ONLINE, body), () -> {});
    offlineSplitter =
        new SharedWork(
            threadCount, body -> tasks.addForOthers(Urgency.OFFLINE, body), tasks::giveWay);
    for (int number = 1; number <= threadCount; number++) {
      tasks.startWorker(name + "-compute-" + number);
    }
  }

  /** Number of threads. */
  public int threadCount() {
    return threadCount;
  }

  /**
   * Runs a task on the pool.
   *
   * @param urgency which queue it joins
   * @param task gets the splitter to divide its work with
   * @return completes with the task's result or its exception; fails with {@link
   *     RejectedExecutionException} once the pool is closed
   */
  public <T> CompletionStage<T> submit(Urgency urgency, Function<WorkSplitter, T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    WorkSplitter splitter = urgency == Urgency.ONLINE ? onlineSplitter : offlineSplitter;
    try {
      tasks.add(
          urgency,
          () -> {
            try {
              result.complete(task.apply(splitter));
            } catch (Throwable failure) {
              // Whatever it was, it belongs to whoever asked for the task, not to the pool.
              result.completeExceptionally(failure);
            }
          });
    } catch (RejectedExecutionException closed) {
      result.completeExceptionally(closed);
    }
    return result;
  }

  @Override
  public <T> CompletionStage<T> submit(Urgency urgency, Work work, Function<WorkSplitter, T> task) {
    return submit(urgency, task);
  }

  @Override
  public Props props(ActorSystem<?> system) {
    return PoolDispatcher.in(system, dispatcherId, tasks::addTurn);
  }

  @Override
  public WordSource arrays() {
    return arrays;
  }

  @Override
  public void onOfflineAwaited() {
    tasks.onOfflineAwaited();
  }

  @Override
  public void onOfflineNoLongerAwaited() {
    tasks.onOfflineNoLongerAwaited();
  }

  @Override
  public <T> T inline(Work work, Supplier<T> task) {
    tasks.onInlineStarted();
    try {
      return task.get();
    } finally {
      tasks.onInlineEnded();
    }
  }

  /** Stops the threads; tasks that have not started are dropped. */
  @Override
  public void close() {
    tasks.close();
  }
}
