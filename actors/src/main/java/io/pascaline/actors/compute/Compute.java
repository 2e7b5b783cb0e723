// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where heavy arithmetic runs: never on an actor's thread. Real nodes have a {@link ComputePool};
 * the simulator has a model of one. Thread-safe.
 */
public interface Compute {
  /**
   * Runs a task, later than this call returns or earlier.
   *
   * @param urgency which queue it joins
   * @param work what it does
   * @param task gets the splitter to divide its work with; must not block
   * @return completes with the task's result or its exception
   */
  <T> CompletionStage<T> submit(Urgency urgency, Work work, Function<WorkSplitter, T> task);

  /**
   * Runs a task on the caller's thread, for work too short to be handed on.
   *
   * @param work what it does
   * @param task the task; its exception is the caller's
   * @return the task's result
   */
  default <T> T inline(Work work, Supplier<T> task) {
    return task.get();
  }
}
