// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.WordSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * A role's compute, which leaves a {@link TaskEvent} of each task while a recording wants them.
 * Thread-safe.
 */
public final class RecordedCompute implements Compute {
  private final String role;
  private final Compute compute;

  /**
   * Records what one role asks for.
   *
   * @param role whose tasks they are, such as {@code party 1}
   * @param compute does the work
   */
  public RecordedCompute(String role, Compute compute) {
    this.role = role;
    this.compute = compute;
  }

  @Override
  public <T> CompletionStage<T> submit(Urgency urgency, Work work, Function<WorkSplitter, T> task) {
    if (!TaskEvent.isRecorded()) {
      return compute.submit(urgency, work, task);
    }
    long submittedNs = System.nanoTime();
    return compute.submit(
        urgency,
        work,
        splitter -> {
          TaskEvent event = TaskEvent.begin(role, urgency, work, System.nanoTime() - submittedNs);
          try {
            return task.apply(splitter);
          } finally {
            event.commit();
          }
        });
  }

  @Override
  public Props props(ActorSystem<?> system) {
    return compute.props(system);
  }

  @Override
  public WordSource arrays() {
    return compute.arrays();
  }

  @Override
  public void onOfflineAwaited() {
    compute.onOfflineAwaited();
  }

  @Override
  public void onOfflineNoLongerAwaited() {
    compute.onOfflineNoLongerAwaited();
  }

  @Override
  public <T> T inline(Work work, Supplier<T> task) {
    if (!TaskEvent.isRecorded()) {
      return compute.inline(work, task);
    }
    TaskEvent event = TaskEvent.begin(role, Urgency.ONLINE, work, 0);
    try {
      return compute.inline(work, task);
    } finally {
      event.commit();
    }
  }
}
