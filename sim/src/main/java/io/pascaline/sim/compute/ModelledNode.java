package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.protocols.ring.WorkSplitter;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.Trace;
import io.pascaline.sim.trace.WorkEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A machine with cores, as real nodes' compute pools use one: every waiting online task starts
 * before any offline one, within one urgency in the order of submission, and what has begun is
 * finished. Cores that no other task waits for help with the tasks that begin, where the kind of
 * work can be divided. For the simulation's thread, on which tasks really run when they begin.
 */
public final class ModelledNode {
  private static final Comparator<Task<?>> IN_ORDER =
      Comparator.comparing((Task<?> task) -> task.urgency).thenComparingLong(task -> task.number);

  /** Of the thread, not of the wall: a pause of the machine is no cost of the work. */
  private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

  private final VirtualTime time;
  private final CostModel costs;
  private final Trace trace;
  private final int coreCount;
  private final PriorityQueue<Task<?>> waiting = new PriorityQueue<>(IN_ORDER);
  private int idleCores;
  private long nextNumber;
  private boolean startPlanned;

  /**
   * An idle node.
   *
   * @param coreCount at least 1
   */
  public ModelledNode(
      final VirtualTime time, final CostModel costs, final Trace trace, final int coreCount) {
    if (coreCount < 1) {
      throw new IllegalArgumentException("coreCount must be at least 1: " + coreCount);
    }
    this.time = time;
    this.costs = costs;
    this.trace = trace;
    this.coreCount = coreCount;
    idleCores = coreCount;
  }

  /** Number of cores. */
  public int coreCount() {
    return coreCount;
  }

  /**
   * What a role sees of this node.
   *
   * @param role its name
   * @param speed its work is done this many times as fast as the cost model says
   */
  public Compute computeOf(final String role, final double speed) {
    if (!(speed > 0)) {
      throw new IllegalArgumentException("speed must be above 0: " + speed);
    }
    return new Compute() {
      @Override
      public <T> CompletionStage<T> submit(
          final Urgency urgency, final Work work, final Function<WorkSplitter, T> task) {
        final Task<T> added = new Task<>(role, speed, urgency, work, task);
        waiting.add(added);
        planStart();
        return added.result;
      }
    };
  }

  /** Tasks begin once everybody has submitted what the present instant brings. */
  private void planStart() {
    if (!startPlanned && idleCores > 0) {
      startPlanned = true;
      time.after(
          0,
          () -> {
            startPlanned = false;
            startWaiting();
          });
    }
  }

  private void startWaiting() {
    while (idleCores > 0 && !waiting.isEmpty()) {
      final int competitors = Math.min(idleCores, waiting.size());
      final Task<?> task = waiting.poll();
      task.start(divisible(task.work) ? idleCores / competitors : 1);
    }
  }

  private static boolean divisible(final Work work) {
    return switch (work.kind()) {
      case DEAL, PREPARE, EXCHANGE -> true;
      case DEALER_SETUP, MASK_WEIGHTS, PACK_WEIGHTS, LOCAL -> false;
    };
  }

  private final class Task<T> {
    private final String role;
    private final double speed;
    private final Urgency urgency;
    private final Work work;
    private Function<WorkSplitter, T> body;
    private final long number = nextNumber++;
    private final long askedNs = time.nowNs();
    private final CompletableFuture<T> result = new CompletableFuture<>();

    Task(
        final String role,
        final double speed,
        final Urgency urgency,
        final Work work,
        final Function<WorkSplitter, T> body) {
      this.role = role;
      this.speed = speed;
      this.urgency = urgency;
      this.work = work;
      this.body = body;
    }

    void start(final int cores) {
      idleCores -= cores;
      final long beganNs = CLOCK.getCurrentThreadCpuTime();
      T value = null;
      Throwable failure = null;
      try {
        value = body.apply(WorkSplitter.sequential());
      } catch (final RuntimeException thrown) {
        failure = thrown;
      }
      body = null; // It holds on to tensors.
      final double serialNs =
          costs.serialNs(work, CLOCK.getCurrentThreadCpuTime() - beganNs) / speed;
      final double useful = 1 + (cores - 1) * costs.parallelEfficiency();
      final long startNs = time.nowNs();
      final T done = value;
      final Throwable thrown = failure;
      time.after(Math.round(serialNs / useful), () -> end(cores, startNs, done, thrown));
    }

    private void end(
        final int cores, final long startNs, final T value, final Throwable failureOrNull) {
      idleCores += cores;
      trace.add(new WorkEvent(role, urgency, work, askedNs, startNs, time.nowNs(), cores));
      if (failureOrNull == null) {
        result.complete(value);
      } else {
        result.completeExceptionally(failureOrNull);
      }
      if (!waiting.isEmpty()) {
        planStart();
      }
    }
  }
}
