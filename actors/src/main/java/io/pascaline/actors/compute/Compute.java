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
 * Where arithmetic runs, and the actors that ask for it. Real nodes have a {@link ComputePool}; the
 * simulator has a model of one. Thread-safe.
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
   * Returns where actors run that ask for tasks all the time, so that a task and its result need no
   * other thread than theirs.
   *
   * @param system the actors' system
   */
  default Props props(ActorSystem<?> system) {
    return Props.empty();
  }

  /** Returns where the steps take arrays from; new ones by default. */
  default WordSource arrays() {
    return WordSource.fresh();
  }

  /**
   * Says that an inference waits for the result of offline work, which then rests no longer beside
   * online work. Each call is followed by one of {@link #onOfflineNoLongerAwaited}.
   */
  default void onOfflineAwaited() {}

  /** Says that an inference that waited for offline work has it, or waits no longer. */
  default void onOfflineNoLongerAwaited() {}

  /**
   * Runs an online task on the caller's thread, for work too short to be handed on.
   *
   * @param work what it does
   * @param task the task; its exception is the caller's
   * @return the task's result
   */
  default <T> T inline(Work work, Supplier<T> task) {
    return task.get();
  }
}
