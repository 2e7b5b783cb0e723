// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.InferenceException;
import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Talks to a {@link Client} from outside its actor system. Every stage completes, at the latest
 * shortly after its deadline, even if the actor is gone. Thread-safe.
 *
 * @param client the actor
 * @param plan the public plan
 * @param timeoutMs deadline of a request
 * @param bound how many requests may be unanswered
 * @param failure completes when the parties will never serve this client
 */
public record ClientPort(
    ActorRef<Client.Command> client,
    NetworkPlan plan,
    long timeoutMs,
    PendingBound bound,
    CompletionStage<String> failure) {
  /** The actor keeps the deadline; this is for when it cannot. */
  private static final long BACKSTOP_MS = 5_000;

  private static final long FULL_RETRY_MS = 50;

  /** See {@link io.pascaline.actors.InferenceService#infer}. */
  public CompletionStage<InferenceResult> infer(float[] input) {
    return infer(input, timeoutMs);
  }

  /** Returns the same with a deadline of its own, at least 1 ms. */
  public CompletionStage<InferenceResult> infer(float[] input, long ownTimeoutMs) {
    if (ownTimeoutMs < 1 || ownTimeoutMs > RuntimeSettings.MAX_TIMEOUT_MS) {
      throw new IllegalArgumentException(
          "timeout must be 1 to " + RuntimeSettings.MAX_TIMEOUT_MS + " ms: " + ownTimeoutMs);
    }
    CompletableFuture<InferenceResult> result = new CompletableFuture<>();
    int[] words = plan.encodeInput(input);
    Optional<RangeViolation> outOfRange = plan.checkInput(input);
    if (!bound.enter()) {
      return CompletableFuture.failedStage(
          new InferenceException(
              AbortReason.OVERLOADED,
              bound.max() + " requests are unanswered: wait for some of them",
              FULL_RETRY_MS));
    }
    client.tell(new Client.Infer(words, ownTimeoutMs, result));
    // Whoever sees the end finds the place free: it is given back before the next stage completes.
    return result
        .orTimeout(ownTimeoutMs + BACKSTOP_MS, TimeUnit.MILLISECONDS)
        .whenComplete((answer, failed) -> bound.leave())
        .exceptionallyCompose(
            reason ->
                CompletableFuture.failedFuture(
                    typed(reason, "no answer: the service was closed or its machine is stuck")))
        .thenApply(answer -> answer.checked(plan, outOfRange));
  }

  /** Waits until both parties are connected; fails with an {@link InferenceException}. */
  public CompletionStage<Void> connected(Duration timeout) {
    CompletableFuture<Void> connected = new CompletableFuture<>();
    client.tell(new Client.AwaitParties(connected));
    failure.thenAccept(
        detail ->
            connected.completeExceptionally(new InferenceException(AbortReason.PEER_LOST, detail)));
    return connected
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            reason ->
                CompletableFuture.failedFuture(
                    typed(
                        reason,
                        "not both parties were there within "
                            + timeout.toMillis()
                            + " ms: start them first")));
  }

  private static InferenceException typed(Throwable reason, String late) {
    Throwable cause = reason instanceof CompletionException ? reason.getCause() : reason;
    if (cause instanceof InferenceException typed) {
      return typed;
    }
    return cause instanceof TimeoutException
        ? new InferenceException(AbortReason.DEADLINE, late)
        : new InferenceException(AbortReason.INTERNAL, String.valueOf(cause));
  }
}
