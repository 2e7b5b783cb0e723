// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.WorkEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One task of a modelled node: really carried out when it first begins, and then running for as
 * long as its cost and its cores want. For the simulation's thread.
 */
final class ModelledTask<T> {
  private final ModelledNode node;
  private final String role;
  private final double speed;
  private final Urgency urgency;
  private final Work work;
  private final long askedNs;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private Function<WorkSplitter, T> body;
  private T value;
  private Throwable failure;
  private long beganNs;
  private int firstCores;

  /** On one core. */
  private double remainingNs;

  private int cores;

  /** Later than it was by as much as the task stood still since. */
  private long resumedNs;

  private long endNs;
  private VirtualTime.Event end;

  ModelledTask(
      ModelledNode node,
      String role,
      double speed,
      Urgency urgency,
      Work work,
      Function<WorkSplitter, T> body) {
    this.node = node;
    this.role = role;
    this.speed = speed;
    this.urgency = urgency;
    this.work = work;
    this.body = body;
    askedNs = node.time().nowNs();
  }

  CompletableFuture<T> result() {
    return result;
  }

  Urgency urgency() {
    return urgency;
  }

  boolean divisible() {
    return switch (work.kind()) {
      case DEAL, PREPARE, ROUND -> true;
      case DEALER_SETUP, MASK_WEIGHTS, PACK_WEIGHTS, OPEN, LOCAL -> false;
    };
  }

  /** Begins or continues. */
  void start(int onCores) {
    if (body != null) {
      beganNs = node.time().nowNs();
      firstCores = onCores;
      carryOut();
    }
    resume(onCores);
  }

  private void resume(int onCores) {
    cores = onCores;
    resumedNs = node.time().nowNs();
    double aloneNs = Math.min(remainingNs, helpDelayNs());
    endNs = resumedNs + Math.round(aloneNs + (remainingNs - aloneNs) / useful());
    end = node.time().at(endNs, this::end);
  }

  /** Stops for now; returns how many cores it had. */
  int pause() {
    end.cancel();
    double ranNs = Math.max(0, node.time().nowNs() - resumedNs);
    double aloneNs = Math.min(ranNs, helpDelayNs());
    remainingNs = Math.max(0, remainingNs - aloneNs - (ranNs - aloneNs) * useful());
    return cores;
  }

  /** Further cores are of use once their threads have woken. */
  private double helpDelayNs() {
    return cores == 1 ? 0 : node.costs().helpDelayNs();
  }

  /** Stands still for a while. */
  void delay(long durationNs) {
    end.cancel();
    resumedNs += durationNs;
    endNs += durationNs;
    end = node.time().at(endNs, this::end);
  }

  private double useful() {
    return 1 + (cores - 1) * node.costs().parallelEfficiency();
  }

  private void carryOut() {
    long threadNs = ModelledNode.threadNs();
    try {
      value = body.apply(WorkSplitter.sequential());
    } catch (RuntimeException thrown) {
      failure = thrown;
    }
    body = null; // It holds on to tensors.
    remainingNs = node.costs().serialNs(work, ModelledNode.threadNs() - threadNs) / speed;
  }

  private void end() {
    long nowNs = node.time().nowNs();
    node.trace().add(new WorkEvent(role, urgency, work, askedNs, beganNs, nowNs, firstCores));
    node.onEnd(this, cores);
    // Who asks for an online task is on the thread that does it.
    long handBackNs = urgency == Urgency.ONLINE ? 0 : node.costs().taskNs();
    if (handBackNs == 0) {
      handBack();
    } else {
      node.time().after(handBackNs, this::handBack);
    }
  }

  private void handBack() {
    if (failure == null) {
      result.complete(value);
    } else {
      result.completeExceptionally(failure);
    }
    value = null;
  }
}
