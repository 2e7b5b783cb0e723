// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Keeps the first fatal reason of a role, in one line. Thread-safe. */
public final class FirstFailure implements Consumer<String> {
  private final CompletableFuture<String> reason = new CompletableFuture<>();

  @Override
  public void accept(String detail) {
    reason.complete(detail);
  }

  /** Completes with the first reason; never if there is none. */
  public CompletionStage<String> reason() {
    return reason.minimalCompletionStage();
  }
}
