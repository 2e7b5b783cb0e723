// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.role.RoleFailure;
import io.pascaline.transport.link.AbortReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** That waits end with the role that they wait for, and leave nothing behind. */
class PendingStagesTest {
  private static final RoleFailure CRASH = new RoleFailure(RoleFailure.Cause.CRASH, "test");

  private final CompletableFuture<RoleFailure> failure = new CompletableFuture<>();
  private final InferenceException exception =
      new InferenceException(AbortReason.INTERNAL, CRASH.detail());
  private final PendingStages stages = new PendingStages(failure, reason -> exception);

  private void assertFailed(CompletableFuture<Void> wait) {
    assertSame(exception, assertThrows(CompletionException.class, wait::join).getCause());
  }

  @Test
  void shouldFailWaitsOfBeforeAndAfterTheFailure() {
    CompletableFuture<Void> before = stages.add(new CompletableFuture<>());
    assertFalse(before.isDone());
    failure.complete(CRASH);
    assertFailed(before);
    assertFailed(stages.add(new CompletableFuture<>()));
  }

  @Test
  void shouldFailWaitsOfBeforeAndAfterTheEnd() {
    CompletableFuture<Void> before = stages.add(new CompletableFuture<>());
    stages.end(exception);
    assertFailed(before);
    assertFailed(stages.add(new CompletableFuture<>()));
  }

  @Test
  void shouldNotAskAfterTheEnd() {
    stages.end(exception);
    assertFailed(
        stages.ask(
            () -> {
              throw new AssertionError("asked");
            },
            1));
  }

  /** The timers of an actor system end with it. */
  @Test
  void shouldSayWhyTheSystemHasEndedThatIsAsked() {
    assertFailed(
        stages.ask(
            () -> {
              stages.end(exception);
              throw new IllegalStateException("cannot enqueue after timer shutdown");
            },
            1));
  }

  @Test
  void shouldNotWaitForTheTimerOfASystemThatHasEnded() {
    CompletableFuture<Void> wait = stages.ask(CompletableFuture::new, -PendingStages.BACKSTOP_MS);
    assertInstanceOf(
        TimeoutException.class, assertThrows(CompletionException.class, wait::join).getCause());
  }

  @Test
  void shouldKeepNothingOfAWaitThatHasEnded() {
    int dependents = failure.getNumberOfDependents();
    for (int wait = 0; wait < 1_000; wait++) {
      CompletableFuture<Void> ended = stages.add(new CompletableFuture<>());
      ended.complete(null);
    }
    assertEquals(dependents, failure.getNumberOfDependents());
  }
}
