// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Keeps the first failure of a role. Thread-safe. */
public final class FirstFailure implements Consumer<String> {
  private final CompletableFuture<RoleFailure> first = new CompletableFuture<>();

  /** Takes a failure of the role's setup, in one line. */
  @Override
  public void accept(String detail) {
    failed(RoleFailure.Cause.SETUP, detail);
  }

  /** Takes a failure; all but the first are dropped. */
  public void failed(RoleFailure.Cause cause, String detail) {
    first.complete(new RoleFailure(cause, detail));
  }

  /** Completes with the first failure; never if there is none. */
  public CompletionStage<RoleFailure> reason() {
    return first.minimalCompletionStage();
  }

  /** Returns whether there was a failure. */
  public boolean hasFailed() {
    return first.isDone();
  }
}
