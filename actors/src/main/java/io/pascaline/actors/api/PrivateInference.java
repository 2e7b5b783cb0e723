// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.compute.ThreadPerTask;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Private inference as an actor, to be spawned in anybody's actor system: either all roles inside
 * (embedded, which protects nothing) or a client of two deployed parties.
 *
 * <p>Every {@link Infer} is answered once, by {@link Answer} or {@link Refused}, at its deadline at
 * the latest. What waits is bounded. The actor never fails: a service that cannot start, or that
 * can no longer serve, is started again after a pause that doubles up to half a minute; until then
 * requests are refused with a hint when to retry. Stopping the actor ends all that it started, and
 * nothing else.
 */
public final class PrivateInference extends AbstractBehavior<PrivateInference.Command> {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration STATISTICS_DEADLINE = Duration.ofSeconds(30);
  private static final Executor ASIDE = new ThreadPerTask("pascaline-service");

  private final Function<ActorSystem<?>, InferenceService> starter;
  private final TimerScheduler<Command> timers;
  private final EarlyRequests early;
  private final ServiceHandover handover = new ServiceHandover();
  private Stage stage;
  private Duration pause = FIRST_PAUSE;

  /** What the actor is told. */
  public sealed interface Command {}

  /**
   * Asks for an inference.
   *
   * @param input the network's input, row-major; must not be changed until the reply
   * @param replyTo who gets the reply
   * @param deadline from now, 1 ms to ten minutes
   */
  public record Infer(float[] input, ActorRef<Reply> replyTo, Duration deadline)
      implements Command {
    /** Checks the parts: a mistake is its maker's, and must not reach the actor. */
    public Infer {
      Objects.requireNonNull(input, "input");
      Objects.requireNonNull(replyTo, "replyTo");
      ClientRequests.requireTimeout(deadline);
    }

    @Override
    public String toString() {
      return "Infer[values=" + input.length + ", deadline=" + deadline + "]";
    }
  }

  /**
   * Asks for several inferences in one session; see {@link InferenceService#infer(List)}.
   *
   * @param inputs each as of {@link Infer}, at least one
   * @param replyTo gets one {@link BatchAnswer}, or {@link Refused} if no service takes the request
   * @param deadline from now, 1 ms to ten minutes
   */
  public record InferBatch(List<float[]> inputs, ActorRef<Reply> replyTo, Duration deadline)
      implements Command {
    /** Checks the parts. */
    public InferBatch {
      inputs = List.copyOf(inputs);
      if (inputs.isEmpty()) {
        throw new IllegalArgumentException("inputs must be at least one: 0");
      }
      Objects.requireNonNull(replyTo, "replyTo");
      ClientRequests.requireTimeout(deadline);
    }

    @Override
    public String toString() {
      return "InferBatch[images=" + inputs.size() + ", deadline=" + deadline + "]";
    }
  }

  /**
   * Asks to be told when it serves: the parties are connected and, embedded, that many inferences
   * are prepared.
   *
   * @param inferenceCount how many, at least 1; at most what the parties buffer
   * @param replyTo gets {@link IsReady} or {@link Refused}
   * @param deadline from now, 1 ms to a day
   */
  public record Ready(int inferenceCount, ActorRef<Reply> replyTo, Duration deadline)
      implements Command {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Checks the parts. */
    public Ready {
      Objects.requireNonNull(replyTo, "replyTo");
      if (deadline.compareTo(Duration.ofMillis(1)) < 0 || deadline.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("deadline must be 1 ms to " + LONGEST + ": " + deadline);
      }
    }
  }

  /**
   * Asks for what was counted.
   *
   * @param replyTo gets {@link Counted} or {@link Refused}
   */
  public record Statistics(ActorRef<Reply> replyTo) implements Command {
    /** Checks that there is somebody to reply to. */
    public Statistics {
      Objects.requireNonNull(replyTo, "replyTo");
    }
  }

  /** Ends the service and the actor; requests in flight are refused. */
  public enum Stop implements Command {
    /** The only one. */
    INSTANCE
  }

  private record Started(InferenceService service, Throwable failure) implements Command {}

  private record Broken(InferenceService service, String reason) implements Command {}

  private enum StartAgain implements Command {
    INSTANCE
  }

  /** The deadline of a request has come. */
  record Expired(EarlyRequests.Early early) implements Command {}

  /**
   * Where the service is.
   *
   * <pre>{@code
   * Starting ──started──> Serving ──broken──> Down ──after a pause──> Starting
   *    └────────────failed to start────────────^
   * }</pre>
   */
  private sealed interface Stage {}

  /** What comes waits. */
  private record Starting() implements Stage {}

  /** What comes is asked of the service. */
  private record Serving(InferenceService service) implements Stage {}

  /** What comes is refused, for that reason. */
  private record Down(String reason) implements Stage {}

  /** What the actor replies. */
  public sealed interface Reply {}

  /**
   * The answer.
   *
   * @param result the logits
   */
  public record Answer(InferenceResult result) implements Reply {}

  /**
   * The answers of a batch.
   *
   * @param replies {@link Answer} or {@link Refused} of each input, in their order
   */
  public record BatchAnswer(List<Reply> replies) implements Reply {
    /** Copies the list. */
    public BatchAnswer {
      replies = List.copyOf(replies);
    }
  }

  /** The service serves. */
  public enum IsReady implements Reply {
    /** The only one. */
    INSTANCE
  }

  /**
   * The counts.
   *
   * @param statistics since the service started
   */
  public record Counted(ServiceStatistics statistics) implements Reply {}

  /**
   * There is no answer.
   *
   * @param reason why, for programs
   * @param detail why, in one line for people
   * @param retryAfterMs when a retry makes sense, in milliseconds from now; 0 if that is unknown
   */
  public record Refused(AbortReason reason, String detail, long retryAfterMs) implements Reply {}

  /** Settings of the actor; name one of the two modes. */
  public static Builder builder() {
    return new Builder();
  }

  private PrivateInference(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Function<ActorSystem<?>, InferenceService> starter) {
    super(context);
    this.timers = timers;
    this.starter = starter;
    early = new EarlyRequests(timers);
    start();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Infer.class, this::onInfer)
        .onMessage(InferBatch.class, this::onInferBatch)
        .onMessage(Ready.class, this::onReady)
        .onMessage(Statistics.class, this::onStatistics)
        .onMessage(Stop.class, this::onStop)
        .onMessage(Started.class, this::onStarted)
        .onMessage(Broken.class, this::onBroken)
        .onMessage(StartAgain.class, this::onStartAgain)
        .onMessage(Expired.class, this::onExpired)
        .onSignal(PostStop.class, signal -> end())
        .onSignal(PreRestart.class, signal -> end())
        .build();
  }

  /** Starting waits for a media driver: not on an actor's thread. */
  private void start() {
    stage = new Starting();
    ActorSystem<Void> system = getContext().getSystem();
    ActorRef<Command> self = getContext().getSelf();
    ASIDE.execute(
        () -> {
          try {
            InferenceService started = starter.apply(system);
            if (handover.offer(started)) {
              self.tell(new Started(started, null));
            } else {
              started.close();
            }
          } catch (Throwable failure) {
            // Whatever it was concerns the service alone: the host continues.
            self.tell(new Started(null, failure));
          }
        });
  }

  private Behavior<Command> onStarted(Started message) {
    if (message.failure() != null) {
      return broken(String.valueOf(message.failure().getMessage()));
    }
    InferenceService begun = message.service();
    stage = new Serving(begun);
    ActorRef<Command> self = getContext().getSelf();
    begun.failure().thenAccept(detail -> self.tell(new Broken(begun, detail)));
    getContext().getLog().info("private inference serves");
    return replayEarly();
  }

  private Behavior<Command> onBroken(Broken message) {
    if (!(stage instanceof Serving serving && serving.service() == message.service())) {
      return this;
    }
    closeAside(handover.take());
    return broken(message.reason());
  }

  private Behavior<Command> broken(String detail) {
    getContext().getLog().warn("private inference cannot serve: {}", detail);
    stage = new Down(detail);
    timers.startSingleTimer(StartAgain.INSTANCE, pause);
    pause =
        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    return replayEarly();
  }

  private Behavior<Command> onStartAgain(StartAgain message) {
    start();
    return this;
  }

  private Behavior<Command> onInfer(Infer message) {
    if (!(stage instanceof Serving serving)) {
      return later(message, message.replyTo(), message.deadline());
    }
    ActorRef<Reply> replyTo = message.replyTo();
    try {
      serving
          .service()
          .infer(message.input(), message.deadline())
          .whenComplete(
              (result, failed) ->
                  replyTo.tell(failed == null ? new Answer(result) : refused(failed)));
    } catch (IllegalArgumentException mistake) {
      replyTo.tell(new Refused(AbortReason.PROTOCOL_VIOLATION, mistake.getMessage(), 0));
    }
    pause = FIRST_PAUSE;
    return this;
  }

  private Behavior<Command> onInferBatch(InferBatch message) {
    if (!(stage instanceof Serving serving)) {
      return later(message, message.replyTo(), message.deadline());
    }
    ActorRef<Reply> replyTo = message.replyTo();
    List<CompletableFuture<Reply>> replies =
        serving.service().infer(message.inputs(), message.deadline()).stream()
            .map(
                answer ->
                    answer
                        .<Reply>handle(
                            (result, failed) ->
                                failed == null ? new Answer(result) : refused(failed))
                        .toCompletableFuture())
            .toList();
    CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
        .thenRun(
            () ->
                replyTo.tell(
                    new BatchAnswer(replies.stream().map(CompletableFuture::join).toList())));
    pause = FIRST_PAUSE;
    return this;
  }

  private Behavior<Command> onReady(Ready message) {
    if (!(stage instanceof Serving serving)) {
      return later(message, message.replyTo(), message.deadline());
    }
    ActorRef<Reply> replyTo = message.replyTo();
    try {
      serving
          .service()
          .ready(message.inferenceCount(), message.deadline())
          .whenComplete(
              (ready, failed) -> replyTo.tell(failed == null ? IsReady.INSTANCE : refused(failed)));
    } catch (IllegalArgumentException mistake) {
      replyTo.tell(new Refused(AbortReason.PROTOCOL_VIOLATION, mistake.getMessage(), 0));
    }
    return this;
  }

  private Behavior<Command> onStatistics(Statistics message) {
    if (!(stage instanceof Serving serving)) {
      return later(message, message.replyTo(), STATISTICS_DEADLINE);
    }
    message.replyTo().tell(new Counted(serving.service().statistics()));
    return this;
  }

  /** Waits for a service that is starting; refuses where there is none or too much waits. */
  private Behavior<Command> later(Command message, ActorRef<Reply> replyTo, Duration deadline) {
    if (stage instanceof Down down) {
      replyTo.tell(new Refused(AbortReason.INTERNAL, down.reason(), pause.toMillis()));
    } else if (!early.keep(message, replyTo, deadline)) {
      replyTo.tell(
          new Refused(
              AbortReason.OVERLOADED,
              "the service is starting: try again later",
              FIRST_PAUSE.toMillis()));
    }
    return this;
  }

  private Behavior<Command> onExpired(Expired message) {
    early.expire(message.early());
    return this;
  }

  /** Serves, or refuses, what waited; of each deadline the rest is left. */
  private Behavior<Command> replayEarly() {
    early.replay(
        (message, left) -> {
          if (message instanceof Infer infer) {
            onInfer(new Infer(infer.input(), infer.replyTo(), left));
          } else if (message instanceof InferBatch batch) {
            onInferBatch(new InferBatch(batch.inputs(), batch.replyTo(), left));
          } else if (message instanceof Ready ready) {
            onReady(new Ready(ready.inferenceCount(), ready.replyTo(), left));
          } else if (message instanceof Statistics statistics) {
            onStatistics(statistics);
          }
        });
    return this;
  }

  private static Reply refused(Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    if (cause instanceof IllegalArgumentException) {
      return new Refused(AbortReason.PROTOCOL_VIOLATION, cause.getMessage(), 0);
    }
    return cause instanceof InferenceException ended
        ? new Refused(ended.reason(), ended.getMessage(), ended.retryAfterMs())
        : new Refused(AbortReason.INTERNAL, String.valueOf(cause), 0);
  }

  private Behavior<Command> onStop(Stop message) {
    return Behaviors.stopped();
  }

  private Behavior<Command> end() {
    early.refuse(new Refused(AbortReason.SHUTTING_DOWN, "private inference was stopped", 0));
    closeAside(handover.end());
    return this;
  }

  /** Closing waits for threads and actors: not on an actor's thread. */
  private static void closeAside(InferenceService endedOrNull) {
    if (endedOrNull != null) {
      ASIDE.execute(endedOrNull::close);
    }
  }

  /** Settings: fluent, checked by {@link #behavior()}. Not thread-safe. */
  public static final class Builder {
    private Function<ActorSystem<?>, InferenceService> starter;

    private Builder() {}

    /**
     * Dealer, both parties and a client inside the host's system: for trying out and for tests,
     * since one process then holds everything.
     *
     * @param network the compiled network
     * @param settings how it runs
     */
    public Builder embedded(CompiledNetwork network, EmbeddedSettings settings) {
      Objects.requireNonNull(network, "network");
      Objects.requireNonNull(settings, "settings");
      starter =
          system ->
              EmbeddedInference.start(
                  failure -> RoleHost.inside(system, "embedded", failure), network, settings);
      return this;
    }

    /**
     * Makes it a client of two deployed parties, its actor inside the host's system.
     *
     * @param client the client's settings; must not be changed any more
     */
    public Builder remote(PrivateInferenceClient.Builder client) {
      Objects.requireNonNull(client, "client");
      starter = system -> client.connect(failure -> RoleHost.inside(system, "client", failure));
      return this;
    }

    /**
     * Returns the behavior to spawn.
     *
     * @throws IllegalArgumentException if neither mode was named
     */
    public Behavior<Command> behavior() {
      if (starter == null) {
        throw new IllegalArgumentException("name a mode: embedded or remote");
      }
      Function<ActorSystem<?>, InferenceService> chosen = starter;
      Behavior<Command> behavior =
          Behaviors.withTimers(
              timers -> Behaviors.setup(context -> new PrivateInference(context, timers, chosen)));
      return Behaviors.supervise(behavior)
          .onFailure(SupervisorStrategy.restartWithBackoff(FIRST_PAUSE, LONGEST_PAUSE, 0.2));
    }
  }
}
