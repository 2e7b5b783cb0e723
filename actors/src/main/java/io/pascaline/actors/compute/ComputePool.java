package io.pascaline.actors.compute;

import io.pascaline.protocols.ring.WorkSplitter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A fixed pool of threads, sized to the cores, with two queues: every waiting online task starts
 * before any offline one; within one urgency tasks start in the order of submission.
 *
 * <p>Thread-safe. Tasks must not block. A task gets a {@link WorkSplitter} over this pool: the
 * task's own thread takes parts beside whichever threads are idle, so a task never waits for a
 * thread.
 */
public final class ComputePool implements Compute, AutoCloseable {
  private final ThreadPoolExecutor executor;
  private final AtomicLong sequence = new AtomicLong();
  private final int threadCount;
  private final WorkSplitter onlineSplitter;
  private final WorkSplitter offlineSplitter;

  /**
   * Starts the threads.
   *
   * @param name prefix of the threads' names
   * @param threadCount number of threads, at least 1
   */
  public ComputePool(final String name, final int threadCount) {
    if (threadCount < 1) {
      throw new IllegalArgumentException("threadCount must be at least 1: " + threadCount);
    }
    this.threadCount = threadCount;
    final AtomicLong threadNumber = new AtomicLong();
    executor =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            0,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            runnable -> {
              final Thread thread =
                  new Thread(runnable, name + "-compute-" + threadNumber.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.prestartAllCoreThreads();
    onlineSplitter = splitter(Urgency.ONLINE);
    offlineSplitter = splitter(Urgency.OFFLINE);
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
  public <T> CompletionStage<T> submit(
      final Urgency urgency, final Function<WorkSplitter, T> task) {
    final CompletableFuture<T> result = new CompletableFuture<>();
    final WorkSplitter splitter = urgency == Urgency.ONLINE ? onlineSplitter : offlineSplitter;
    try {
      enqueue(
          urgency,
          () -> {
            try {
              result.complete(task.apply(splitter));
            } catch (final Throwable failure) {
              // Whatever it was, it belongs to whoever asked for the task, not to the pool.
              result.completeExceptionally(failure);
            }
          });
    } catch (final RejectedExecutionException closed) {
      result.completeExceptionally(closed);
    }
    return result;
  }

  @Override
  public <T> CompletionStage<T> submit(
      final Urgency urgency, final Work work, final Function<WorkSplitter, T> task) {
    return submit(urgency, task);
  }

  private void enqueue(final Urgency urgency, final Runnable body) {
    executor.execute(new PrioritisedTask(urgency, sequence.getAndIncrement(), body));
  }

  private WorkSplitter splitter(final Urgency urgency) {
    if (threadCount == 1) {
      return WorkSplitter.sequential();
    }
    return new SharedWork(threadCount, body -> enqueue(urgency, body));
  }

  /** Stops the threads; tasks that have not started are dropped. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  private record PrioritisedTask(Urgency urgency, long number, Runnable body)
      implements Runnable, Comparable<PrioritisedTask> {
    @Override
    public void run() {
      body.run();
    }

    @Override
    public int compareTo(final PrioritisedTask other) {
      final int byUrgency = urgency.compareTo(other.urgency);
      return byUrgency != 0 ? byUrgency : Long.compare(number, other.number);
    }
  }
}
