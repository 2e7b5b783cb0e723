// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.layers.canary.Canary;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.RangeException;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The requests of a service's users: bounded, asked of the client's actor, and turned into futures
 * and exceptions. Every future completes: by the actor's reply, when the client fails, or shortly
 * after its deadline if the actor is stuck. Thread-safe.
 */
final class ClientRequests {
  /** Requests that may be unanswered, if nothing is said. */
  static final int DEFAULT_MAX_PENDING = ClientConfig.DEFAULT_MAX_PENDING;

  /** The actor keeps the deadline; this is for when it cannot. */
  private static final long BACKSTOP_MS = 5_000;

  private static final long FULL_RETRY_MS = 50;

  private final ActorRef<Client.Command> client;
  private final Scheduler scheduler;
  private final NetworkPlan plan;
  private final RequestPolicy policy;
  private final Semaphore slots;
  private final PendingStages inFlight;

  /**
   * Begins with none.
   *
   * @param client the actor
   * @param scheduler of its actor system
   * @param plan the public plan
   * @param policy how it asks; the actor has its own copy of what is retried
   * @param failure completes when the client cannot get answers any more
   */
  ClientRequests(
      ActorRef<Client.Command> client,
      Scheduler scheduler,
      NetworkPlan plan,
      RequestPolicy policy,
      CompletionStage<RoleFailure> failure) {
    this.client = client;
    this.scheduler = scheduler;
    this.plan = plan;
    this.policy = policy;
    slots = new Semaphore(policy.maxPending());
    inFlight = new PendingStages(failure, ClientRequests::exception);
  }

  /** Checks that a setting is there. */
  static void requireSet(String name, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " must be given: null");
    }
  }

  /** Checks how many requests may be unanswered. */
  static void requireMaxPending(int count) {
    if (count < 1 || count > ClientConfig.MAX_PENDING) {
      throw new IllegalArgumentException(
          "maxPending must be 1 to " + ClientConfig.MAX_PENDING + ": " + count);
    }
  }

  /** See {@link InferenceService#infer(float[])}. */
  CompletionStage<InferenceResult> infer(float[] input) {
    return infer(input, policy.timeout());
  }

  /** See {@link InferenceService#infer(float[], Duration)}. */
  CompletionStage<InferenceResult> infer(float[] input, Duration ownTimeout) {
    requireTimeout(ownTimeout);
    return send(List.of(encode(input)), ownTimeout).get(0);
  }

  /** See {@link InferenceService#infer(List)}. */
  List<CompletionStage<InferenceResult>> infer(List<float[]> inputs) {
    return infer(inputs, policy.timeout());
  }

  /** See {@link InferenceService#infer(List, Duration)}. */
  List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration ownTimeout) {
    requireTimeout(ownTimeout);
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("inputs must be at least one: 0");
    }
    List<CompletionStage<InferenceResult>> answers = new ArrayList<>(inputs.size());
    List<Encoded> images = new ArrayList<>(inputs.size());
    for (float[] input : inputs) {
      try {
        images.add(encode(input));
        answers.add(null);
      } catch (IllegalArgumentException mistake) {
        // That image's alone: the others go on without it.
        answers.add(CompletableFuture.failedStage(mistake));
      }
    }
    if (!images.isEmpty()) {
      Iterator<CompletionStage<InferenceResult>> sent = send(images, ownTimeout).iterator();
      answers.replaceAll(answer -> answer == null ? sent.next() : answer);
    }
    return List.copyOf(answers);
  }

  /** An input as it is shared, and what is out of the plan's range in it. */
  private record Encoded(int[] words, Optional<RangeViolation> outOfRange) {}

  private Encoded encode(float[] input) {
    int[] words = plan.encodeInput(input);
    Optional<RangeViolation> outOfRange = plan.checkInput(input);
    refuse(outOfRange.stream());
    return new Encoded(words, outOfRange);
  }

  /** Asks for inferences in one session; returns the answer of each. */
  private List<CompletionStage<InferenceResult>> send(List<Encoded> images, Duration ownTimeout) {
    long timeoutMs = ownTimeout.toMillis();
    CompletionStage<Client.Reply> session;
    if (slots.tryAcquire(images.size())) {
      List<int[]> inputs = images.stream().map(Encoded::words).toList();
      // Whoever sees the end finds the slots free: released before the next stage completes.
      long startNs = System.nanoTime();
      session =
          CompletableFuture.completedStage(inputs)
              .thenCompose(next -> askAfterCanaries(next, timeoutMs, startNs))
              .whenComplete((reply, failed) -> slots.release(images.size()));
    } else {
      session =
          CompletableFuture.failedStage(
              new InferenceException(
                  AbortReason.OVERLOADED,
                  policy.maxPending() + " inferences may be unanswered: wait for some of them",
                  FULL_RETRY_MS));
    }
    List<CompletionStage<InferenceResult>> answers = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      int image = i;
      answers.add(
          session
              .thenApply(reply -> result(reply, image, images.get(image).outOfRange()))
              .exceptionallyCompose(
                  failed ->
                      failed(failed, "no answer: the service was closed or its machine is stuck")));
    }
    return answers;
  }

  /**
   * Asks for a session, after the canaries that are drawn for its place. It is sent when they are
   * answered and not before, so that whatever the parties have seen, the next session is a canary
   * with the same probability.
   */
  private CompletionStage<Client.Reply> askAfterCanaries(
      List<int[]> inputs, long timeoutMs, long startNs) {
    List<Canary> canaries = policy.audit().draw(inputs.size());
    long leftMs = timeoutMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    if (leftMs < 1) {
      String detail = "the canaries took the whole time of the request: give it more";
      return CompletableFuture.completedStage(new Client.Failed(AbortReason.DEADLINE, detail, 0));
    }
    List<int[]> words =
        canaries.isEmpty() ? inputs : canaries.stream().map(each -> each.input().clone()).toList();
    CompletionStage<Client.Reply> reply =
        ask(replyTo -> new Client.Infer(words, leftMs, replyTo), leftMs + BACKSTOP_MS);
    if (canaries.isEmpty()) {
      return reply.thenApply(policy.audit()::pass);
    }
    return reply.thenCompose(
        ofCanaries -> {
          policy.audit().judge(canaries, ofCanaries);
          return askAfterCanaries(inputs, timeoutMs, startNs);
        });
  }

  /** Returns what the parties made of canaries. */
  CanaryCounts canaries() {
    return policy.audit().counts();
  }

  /** Waits until both parties are connected; fails with an {@link InferenceException}. */
  CompletionStage<Void> connected(Duration atMost) {
    return ask(Client.AwaitParties::new, atMost.toMillis())
        .thenAccept(ClientRequests::requireNotFailed)
        .exceptionallyCompose(
            failed ->
                failed(
                    failed,
                    "not both parties were connected within "
                        + atMost.toMillis()
                        + " ms: start them first"));
  }

  private CompletableFuture<Client.Reply> ask(
      Function<ActorRef<Client.Reply>, Client.Command> question, long atMostMs) {
    return inFlight.ask(
        () ->
            AskPattern.<Client.Command, Client.Reply>ask(
                    client, question::apply, Duration.ofMillis(atMostMs), scheduler)
                .toCompletableFuture(),
        atMostMs);
  }

  private InferenceResult result(Client.Reply reply, int image, Optional<RangeViolation> ofInput) {
    requireNotFailed(reply);
    Client.Answered answered = (Client.Answered) reply;
    int[] words = answered.outputs().get(image);
    InferenceResult result =
        new InferenceResult(plan.decodeOutput(words), words, answered.latencyNs())
            .checked(plan, ofInput);
    refuse(result.warnings().stream());
    return result;
  }

  private void refuse(Stream<RangeViolation> violations) {
    if (policy.ranges() == RangePolicy.REFUSE) {
      violations
          .findFirst()
          .ifPresent(
              violation -> {
                throw new RangeException(violation);
              });
    }
  }

  private static void requireNotFailed(Client.Reply reply) {
    if (reply instanceof Client.Failed failed) {
      throw new InferenceException(failed.reason(), failed.detail(), failed.retryAfterMs());
    }
  }

  private static <T> CompletionStage<T> failed(Throwable failed, String late) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    if (cause instanceof InferenceException
        || cause instanceof RangeException
        || cause instanceof WrongAnswerException) {
      return CompletableFuture.failedFuture(cause);
    }
    return CompletableFuture.failedFuture(
        cause instanceof TimeoutException
            ? new InferenceException(AbortReason.DEADLINE, late)
            : new InferenceException(AbortReason.INTERNAL, String.valueOf(cause)));
  }

  private static InferenceException exception(RoleFailure failure) {
    AbortReason reason =
        switch (failure.cause()) {
          case SETUP, UNREACHABLE -> AbortReason.PEER_LOST;
          case TRANSPORT, CRASH -> AbortReason.INTERNAL;
        };
    return new InferenceException(reason, failure.detail());
  }

  static Duration requireTimeout(Duration timeout) {
    // Compared as durations: not every one has a number of milliseconds.
    if (timeout.compareTo(Duration.ofMillis(1)) < 0
        || timeout.compareTo(Duration.ofMillis(PartyLimits.MAX_TIMEOUT_MS)) > 0) {
      throw new IllegalArgumentException(
          "timeout must be 1 to " + PartyLimits.MAX_TIMEOUT_MS + " ms: " + timeout);
    }
    return timeout;
  }

  /** Ends what is unanswered; for when the actor cannot reply any more. */
  void close() {
    inFlight.end(ofClose());
  }

  /** Returns what waits of a closed service fail with. */
  static InferenceException ofClose() {
    return new InferenceException(AbortReason.SHUTTING_DOWN, "the client was closed");
  }
}
