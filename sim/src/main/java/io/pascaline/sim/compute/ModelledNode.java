// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.OfflinePolicy;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.sim.time.Attendant;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.Trace;
import io.pascaline.sim.trace.WorkEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A machine with cores, as a {@link ComputePool} uses one: every waiting online task starts before
 * any offline one, within one urgency in the order of submission; offline tasks rest while an
 * inference is in flight that waits for none of them, and yield where their work can be divided.
 * Cores that no task waits for help with such work. For the simulation's thread, on which tasks
 * really run when they begin.
 */
public final class ModelledNode {
  /** Of the thread, not of the wall: a pause of the machine is no cost of the work. */
  private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

  private final VirtualTime time;
  private final OfflinePolicy policy;
  private final CostModel costs;
  private final Trace trace;
  private final int coreCount;
  private final Deque<ModelledTask<?>> online = new ArrayDeque<>();
  private final Deque<ModelledTask<?>> offline = new ArrayDeque<>();
  private final List<ModelledTask<?>> running = new ArrayList<>();
  private final Deque<ModelledTask<?>> paused = new ArrayDeque<>();
  private int idleCores;
  private int disturbances;
  private boolean startPlanned;
  private VirtualTime.Event endOfRest;

  /**
   * An idle node.
   *
   * @param coreCount at least 1
   */
  public ModelledNode(VirtualTime time, CostModel costs, Trace trace, int coreCount) {
    if (coreCount < 1) {
      throw new IllegalArgumentException("coreCount must be at least 1: " + coreCount);
    }
    this.time = time;
    policy = new OfflinePolicy(time.nowNs());
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
   * Returns what a role sees of this node.
   *
   * @param role its name
   * @param speed its work is done this many times as fast as the cost model says
   * @param attendant the thread that the role's actors take for work too short to be handed on
   */
  public Compute computeOf(String role, double speed, Attendant attendant) {
    if (!(speed > 0)) {
      throw new IllegalArgumentException("speed must be above 0: " + speed);
    }
    return new Compute() {
      @Override
      public <T> CompletionStage<T> submit(
          Urgency urgency, Work work, Function<WorkSplitter, T> body) {
        ModelledTask<T> task =
            new ModelledTask<>(ModelledNode.this, role, speed, urgency, work, body);
        // The actor that asks has yet to do what it was given before.
        attendant.afterwards(() -> add(task));
        return task.result();
      }

      @Override
      public void onOfflineAwaited() {
        policy.onAwaited();
        planStart();
      }

      @Override
      public void onOfflineNoLongerAwaited() {
        policy.onNoLongerAwaited();
      }

      @Override
      public <T> T inline(Work work, Supplier<T> body) {
        long beganNs = CLOCK.getCurrentThreadCpuTime();
        T value = body.get();
        long measuredNs = CLOCK.getCurrentThreadCpuTime() - beganNs;
        long durationNs = Math.round(costs.serialNs(work, measuredNs) / speed);
        onInline(role, work, durationNs, attendant.occupy(durationNs));
        return value;
      }
    };
  }

  /** Online work is done on an attendant's thread, not on a core of its own. */
  private void onInline(String role, Work work, long durationNs, long endNs) {
    policy.onStarted(Urgency.ONLINE);
    if (work.kind() != Work.Kind.OPEN) {
      trace.add(
          new WorkEvent(role, Urgency.ONLINE, work, time.nowNs(), endNs - durationNs, endNs, 1));
    }
    if (endNs == time.nowNs()) {
      onInlineEnd();
    } else {
      time.at(endNs, this::onInlineEnd);
    }
  }

  private void onInlineEnd() {
    policy.onEnded(Urgency.ONLINE, time.nowNs());
    planStart();
  }

  private void add(ModelledTask<?> task) {
    policy.onSubmitted(task.urgency(), time.nowNs());
    (task.urgency() == Urgency.ONLINE ? online : offline).add(task);
    planStart();
  }

  VirtualTime time() {
    return time;
  }

  CostModel costs() {
    return costs;
  }

  Trace trace() {
    return trace;
  }

  static long threadNs() {
    return CLOCK.getCurrentThreadCpuTime();
  }

  /** Tasks begin once everybody has submitted what the present instant brings. */
  private void planStart() {
    if (!startPlanned) {
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
    makeRoom();
    while (idleCores > 0 && !online.isEmpty()) {
      policy.onStarted(Urgency.ONLINE);
      start(online.poll(), 1 + online.size());
    }
    while (idleCores > 0 && !paused.isEmpty()) {
      start(paused.poll(), 1 + paused.size());
    }
    while (idleCores > 0 && !offline.isEmpty() && policy.restNs(time.nowNs()) <= 0) {
      policy.onStarted(Urgency.OFFLINE);
      start(offline.poll(), 1 + offline.size());
    }
    if (idleCores > 0) {
      planEndOfRest();
      helpWithWhatRuns();
    }
  }

  private void start(ModelledTask<?> task, int competitors) {
    int cores = task.divisible() ? Math.max(1, idleCores / competitors) : 1;
    idleCores -= cores;
    running.add(task);
    task.start(cores);
  }

  /** Online tasks take the cores of offline ones that can be divided, and so interrupted. */
  private void makeRoom() {
    for (int i = running.size() - 1; i >= 0 && idleCores < online.size(); i--) {
      ModelledTask<?> task = running.get(i);
      if (task.urgency() == Urgency.OFFLINE && task.divisible()) {
        idleCores += task.pause();
        running.remove(i);
        paused.add(task);
      }
    }
  }

  private void helpWithWhatRuns() {
    running.stream()
        .filter(ModelledTask::divisible)
        .min(Comparator.comparing(ModelledTask::urgency))
        .ifPresent(
            task -> {
              int cores = task.pause() + idleCores;
              idleCores = 0;
              task.start(cores);
            });
  }

  private void planEndOfRest() {
    if (endOfRest != null) {
      endOfRest.cancel();
    }
    endOfRest = offline.isEmpty() ? null : time.after(policy.restNs(time.nowNs()), this::planStart);
  }

  /**
   * Something beside the tasks takes this much time of a core. Unless a core is idle, a task stands
   * still meanwhile: each in its turn.
   */
  public void disturb(long durationNs) {
    if (durationNs > 0 && idleCores == 0) {
      running.get(disturbances++ % running.size()).delay(durationNs);
    }
  }

  /** A task is done. */
  void onEnd(ModelledTask<?> task, int cores) {
    running.remove(task);
    idleCores += cores;
    policy.onEnded(task.urgency(), time.nowNs());
    planStart();
  }
}
