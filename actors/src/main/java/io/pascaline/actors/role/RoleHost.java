// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.Exhaustion;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Where the actors of roles live: below one actor, in a system of their own or in somebody else's,
 * which they leave as they found it. Starting and stopping wait, so no actor may call them.
 * Thread-safe.
 *
 * <p>An actor that ends while nobody has stopped the host ends all the others, and so does the end
 * of the actor system, for instance by a fatal error such as an {@link OutOfMemoryError}. Both are
 * reported as the failure of the role: its links must not outlive it, or peers would take them for
 * signs of life.
 */
public final class RoleHost implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final AtomicLong STARTED = new AtomicLong();
  private static final AtomicBoolean NOTED = new AtomicBoolean();

  private final ActorSystem<?> system;
  private final ActorRef<Command> top;
  private final boolean ownsSystem;
  private final CompletableFuture<Void> topStopped;
  private final FirstFailure failure;
  private volatile boolean stopping;

  private sealed interface Command {}

  private record Start<C>(Behavior<C> role, String name, ActorRef<ActorRef<C>> replyTo)
      implements Command {}

  private record End(ActorRef<?> role, ActorRef<Done> replyTo) implements Command {}

  private record Ended(ActorRef<Done> replyTo) implements Command {}

  private enum Stop implements Command {
    INSTANCE
  }

  private RoleHost(
      ActorSystem<?> system,
      ActorRef<Command> top,
      boolean ownsSystem,
      CompletableFuture<Void> topStopped,
      String name,
      FirstFailure failure) {
    this.system = system;
    this.top = top;
    this.ownsSystem = ownsSystem;
    this.topStopped = topStopped;
    this.failure = failure;
    topStopped.thenRun(() -> reportUnlessStopping(name, failure));
    system.getWhenTerminated().thenRun(() -> reportUnlessStopping(name, failure));
  }

  /**
   * Returns a host with an actor system of its own.
   *
   * @param name of what runs there, for people and threads
   * @param failure told if it ends by itself
   */
  public static RoleHost own(String name, FirstFailure failure) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    ActorSystem<Command> system = RoleSystem.start(top(failure, stopped), name);
    return new RoleHost(system, system, true, stopped, name, failure);
  }

  /**
   * Returns a host inside a running system; it ends none of its other actors.
   *
   * @param system the system
   * @param name of what runs there, for people
   * @param failure told if it ends by itself
   */
  public static RoleHost inside(ActorSystem<?> system, String name, FirstFailure failure) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    // A service that ends while another one starts must not have its name.
    ActorRef<Command> top =
        system.systemActorOf(
            top(failure, stopped),
            "pascaline-" + name + "-" + STARTED.incrementAndGet(),
            Props.empty());
    return new RoleHost(system, top, false, stopped, name, failure);
  }

  private static Behavior<Command> top(FirstFailure failure, CompletableFuture<Void> stopped) {
    return Behaviors.setup(
        context -> {
          noteScalarKernels(context);
          return Behaviors.receive(Command.class)
              .onMessage(
                  Start.class,
                  start -> {
                    start(context, (Start<?>) start);
                    return Behaviors.same();
                  })
              .onMessage(
                  End.class,
                  end -> {
                    end(context, end);
                    return Behaviors.same();
                  })
              .onMessage(
                  Ended.class,
                  ended -> {
                    ended.replyTo().tell(Done.getInstance());
                    return Behaviors.same();
                  })
              .onMessage(Stop.class, stop -> Behaviors.stopped())
              .onSignal(
                  ChildFailed.class,
                  failed -> {
                    report(failure, failed.getRef().path().name(), failed.cause());
                    return Behaviors.stopped();
                  })
              .onSignal(
                  Terminated.class,
                  ended -> {
                    report(failure, ended.getRef().path().name(), "it has stopped");
                    return Behaviors.stopped();
                  })
              .onSignal(
                  PostStop.class,
                  signal -> {
                    stopped.complete(null);
                    return Behaviors.same();
                  })
              .build();
        });
  }

  /** Logs once per JVM that the Vector API is absent; otherwise only slow answers would show it. */
  private static void noteScalarKernels(ActorContext<Command> context) {
    if (LinearKernels.best() == LinearKernels.scalar() && NOTED.compareAndSet(false, true)) {
      context
          .getLog()
          .info("scalar kernels serve: start Java with --add-modules jdk.incubator.vector");
    }
  }

  private static <C> void start(ActorContext<Command> context, Start<C> start) {
    ActorRef<C> role = context.spawn(start.role(), start.name());
    context.watch(role);
    start.replyTo().tell(role);
  }

  /** Ends a role that nobody must take for one that has crashed. */
  private static void end(ActorContext<Command> context, End end) {
    context.unwatch(end.role());
    context.watchWith(end.role(), new Ended(end.replyTo()));
    context.stop(end.role());
  }

  private static void report(FirstFailure failure, String actor, Throwable cause) {
    Exhaustion.line(cause)
        .ifPresentOrElse(
            line -> failure.failed(RoleFailure.Cause.CRASH, line),
            () -> report(failure, actor, cause.toString()));
  }

  private static void report(FirstFailure failure, String actor, String cause) {
    failure.failed(
        RoleFailure.Cause.CRASH,
        "the actor of " + actor + " has ended (" + cause + "): see the log, and start it again");
  }

  private void reportUnlessStopping(String name, FirstFailure failure) {
    if (!stopping) {
      failure.failed(
          RoleFailure.Cause.CRASH,
          "the actor system of "
              + name
              + " has ended by itself, for instance because memory ran out: see the log, give it"
              + " more memory (-Xmx), and start it again");
    }
  }

  /**
   * Starts a role's actor.
   *
   * @param role the actor
   * @param name its name among those of this host
   * @throws IllegalStateException if the system does not start it within ten seconds
   */
  public <C> ActorRef<C> start(Behavior<C> role, String name) {
    Behavior<C> watched = Behaviors.intercept(() -> new CrashReporter<C>(name, failure), role);
    CompletionStage<ActorRef<C>> started =
        AskPattern.ask(
            top, replyTo -> new Start<C>(watched, name, replyTo), TIMEOUT, system.scheduler());
    try {
      return started.toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the role started", interrupted);
    } catch (ExecutionException | TimeoutException late) {
      throw new IllegalStateException(
          "the actor system " + system.name() + " starts no actors: it may be ending", late);
    }
  }

  /** Returns what asks to actors of this host are timed with. */
  public Scheduler scheduler() {
    return system.scheduler();
  }

  /**
   * Ends one role's actor and leaves the others; waits for it, at most ten seconds.
   *
   * @param role that was started here
   */
  void end(ActorRef<?> role) {
    if (hasEnded()) {
      return;
    }
    try {
      CompletionStage<Done> ended =
          AskPattern.ask(top, replyTo -> new End(role, replyTo), TIMEOUT, system.scheduler());
      await(CompletableFuture.anyOf(ended.toCompletableFuture(), topStopped));
    } catch (IllegalStateException over) {
      // The system has ended meanwhile, and with it the role.
    }
  }

  /** Ends what was started here; waits for it, at most ten seconds. Idempotent. */
  @Override
  public void close() {
    stopping = true;
    if (ownsSystem) {
      RoleSystem.stop(system);
    } else if (!hasEnded()) {
      top.tell(Stop.INSTANCE);
      await(topStopped);
    }
  }

  private boolean hasEnded() {
    return topStopped.isDone() || system.getWhenTerminated().toCompletableFuture().isDone();
  }

  private void await(CompletableFuture<?> end) {
    try {
      end.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      system.log().warn("the actors of {} are still ending", top.path().name());
    }
  }

  /**
   * Reports what a role's actor throws before the actor system hears of it: after a fatal error the
   * system ends late, and does not say why.
   */
  private static final class CrashReporter<C> extends BehaviorInterceptor<C, C> {
    private final String name;
    private final FirstFailure failure;

    @SuppressWarnings("unchecked")
    CrashReporter(String name, FirstFailure failure) {
      super((Class<C>) (Class<?>) Object.class);
      this.name = name;
      this.failure = failure;
    }

    @Override
    public Behavior<C> aroundReceive(
        TypedActorContext<C> context, C message, ReceiveTarget<C> target) {
      try {
        return target.apply(context, message);
      } catch (RuntimeException | Error thrown) {
        report(failure, name, thrown);
        throw thrown;
      }
    }
  }
}
