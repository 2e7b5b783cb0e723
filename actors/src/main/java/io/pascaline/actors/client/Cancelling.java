// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Futures in a row whose cancellation reaches the one that runs. */
final class Cancelling {
  private Cancelling() {}

  /**
   * Runs a second task with the result of a first one.
   *
   * @return completes like the second task, or like the first if that fails; cancelling it cancels
   *     the second task, or keeps it from starting
   */
  static <A, B> CompletableFuture<B> after(
      CompletableFuture<A> first, Function<A, CompletableFuture<B>> task) {
    if (first.isDone() && !first.isCompletedExceptionally()) {
      return task.apply(first.join());
    }
    CompletableFuture<B> result = new CompletableFuture<>();
    first.whenComplete(
        (value, failed) -> {
          if (failed != null) {
            result.completeExceptionally(failed);
          } else if (!result.isDone()) {
            start(value, task, result);
          }
        });
    return result;
  }

  private static <A, B> void start(
      A value, Function<A, CompletableFuture<B>> task, CompletableFuture<B> result) {
    CompletableFuture<B> second;
    try {
      second = task.apply(value);
    } catch (RuntimeException e) {
      result.completeExceptionally(new CompletionException(e));
      return;
    }
    result.whenComplete(
        (answer, failed) -> {
          if (result.isCancelled()) {
            second.cancel(true);
          }
        });
    second.whenComplete(
        (answer, failed) -> {
          if (failed != null) {
            result.completeExceptionally(failed);
          } else {
            result.complete(answer);
          }
        });
  }
}
