// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.role.RoleFailure;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What waits for an actor that may fail. The failure is watched once for all: a stage of its own
 * for each wait would stay for the life of the service, since most never fail. Thread-safe.
 */
final class PendingStages {
  /** How much longer than its own limit a question may take. */
  static final long BACKSTOP_MS = 5_000;

  private final Set<CompletableFuture<?>> pending = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<RoleFailure> failure;
  private final Function<RoleFailure, InferenceException> exception;
  private volatile InferenceException endedOrNull;

  /**
   * Begins with none.
   *
   * @param failure completes when the actor cannot answer any more
   * @param exception what a wait then fails with
   */
  PendingStages(
      CompletionStage<RoleFailure> failure, Function<RoleFailure, InferenceException> exception) {
    this.failure = failure.toCompletableFuture();
    this.exception = exception;
    this.failure.thenAccept(reason -> failAll(exception.apply(reason)));
  }

  /**
   * Asks an actor, unless {@link #end} was called.
   *
   * @param question asks it
   * @param timeoutMs after which the question itself times out; but its timer is the actor
   *     system's, and ends with it
   * @return the wait for the answer, which completes in any case
   */
  <T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> question, long timeoutMs) {
    if (endedOrNull != null) {
      return CompletableFuture.failedFuture(endedOrNull);
    }
    CompletableFuture<T> wait;
    try {
      wait = question.get();
    } catch (IllegalStateException systemEnded) {
      // Because of a failure or of end(), which say why.
      wait = add(new CompletableFuture<>());
      wait.completeExceptionally(systemEnded);
      return wait;
    }
    return add(wait.orTimeout(timeoutMs + BACKSTOP_MS, TimeUnit.MILLISECONDS));
  }

  /** Adds a wait, and returns it; a failure fails it unless it has completed. */
  <T> CompletableFuture<T> add(CompletableFuture<T> wait) {
    pending.add(wait);
    wait.whenComplete((reply, failed) -> pending.remove(wait));
    if (failure.isDone()) {
      wait.completeExceptionally(exception.apply(failure.join()));
    } else if (endedOrNull != null) {
      // After it was added: of this and end(), one sees the other.
      wait.completeExceptionally(endedOrNull);
    }
    return wait;
  }

  /** Fails all waits, of now and of later. */
  void end(InferenceException reason) {
    endedOrNull = reason;
    failAll(reason);
  }

  private void failAll(InferenceException reason) {
    pending.forEach(wait -> wait.completeExceptionally(reason));
  }
}
