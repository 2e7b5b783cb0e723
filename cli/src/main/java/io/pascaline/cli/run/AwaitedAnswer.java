// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.output.CommandFault;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits on the calling thread for what a service answers. */
public final class AwaitedAnswer {
  /**
   * How much longer than its timeout an answer is awaited. A service ends each request at that
   * timeout and says why, for example which party is gone; that reason must arrive first.
   */
  private static final long GRACE_MS = 15_000;

  private AwaitedAnswer() {}

  /**
   * Waits for an answer.
   *
   * @param answer of a service that keeps the timeout itself
   * @param what is awaited, in words
   * @param timeout which the service was given
   * @throws CommandFault if nothing came, or the thread was interrupted
   * @throws RuntimeException if the service answered with it
   */
  public static <T> T of(CompletionStage<T> answer, String what, Duration timeout) {
    try {
      return answer.toCompletableFuture().get(timeout.toMillis() + GRACE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw late(what, timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted while waiting for " + what, "start it again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw late(what, timeout, e);
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private static CommandFault late(String what, Duration timeout, Exception e) {
    return new CommandFault(
        "waiting for " + what + " timed out after " + timeout.toSeconds() + " s",
        "give it more time with --timeout, or check that dealer and both parties are up",
        e);
  }
}
