// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Where the actors of roles live: in a system of their own, or in somebody else's, which they leave
 * as they found it. Starting and stopping wait, so no actor may call them. Thread-safe.
 */
public sealed interface RoleHost {
  /**
   * Starts a role's actor.
   *
   * @throws IllegalStateException if the system does not start it within ten seconds
   */
  <C> ActorRef<C> start(Behavior<C> role, String name);

  /** For asking actors. */
  Scheduler scheduler();

  /** Ends what was started here; waits for it, at most ten seconds. */
  void stop();

  /** Returns a host that makes an actor system for the role that it starts; one role only. */
  static RoleHost own() {
    return new OwnSystem();
  }

  /** Returns a host inside a running system; ends none of its other actors. */
  static RoleHost inside(ActorSystem<?> system) {
    return new Guest(system);
  }

  /** One system for one role. */
  final class OwnSystem implements RoleHost {
    private volatile ActorSystem<?> system;

    private OwnSystem() {}

    @Override
    public <C> ActorRef<C> start(Behavior<C> role, String name) {
      ActorSystem<C> started = RoleSystem.start(role, name);
      system = started;
      return started;
    }

    @Override
    public Scheduler scheduler() {
      return system.scheduler();
    }

    @Override
    public void stop() {
      if (system != null) {
        RoleSystem.stop(system);
      }
    }
  }

  /** A role in somebody else's system, below an actor that ends it. */
  final class Guest implements RoleHost {
    private static final long TIMEOUT_S = 10;
    private static final AtomicLong STARTED = new AtomicLong();

    private final ActorSystem<?> system;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile ActorRef<Stop> top;

    private enum Stop {
      NOW
    }

    private Guest(ActorSystem<?> system) {
      this.system = system;
    }

    @Override
    public <C> ActorRef<C> start(Behavior<C> role, String name) {
      CompletableFuture<ActorRef<C>> started = new CompletableFuture<>();
      Behavior<Stop> parent =
          Behaviors.setup(
              context -> {
                started.complete(context.spawn(role, name));
                return Behaviors.receive(Stop.class)
                    .onMessage(Stop.class, stop -> Behaviors.stopped())
                    .onSignal(
                        PostStop.class,
                        signal -> {
                          stopped.complete(null);
                          return Behaviors.same();
                        })
                    .build();
              });
      // A service that ends beside one that starts must not have its name.
      top =
          system.systemActorOf(
              parent, "pascaline-" + name + "-" + STARTED.incrementAndGet(), Props.empty());
      try {
        return started.get(TIMEOUT_S, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the role started", interrupted);
      } catch (ExecutionException | TimeoutException late) {
        throw new IllegalStateException(
            "the actor system " + system.name() + " starts no actors: it may be ending", late);
      }
    }

    @Override
    public Scheduler scheduler() {
      return system.scheduler();
    }

    @Override
    public void stop() {
      if (top == null || system.getWhenTerminated().toCompletableFuture().isDone()) {
        return;
      }
      top.tell(Stop.NOW);
      try {
        stopped.get(TIMEOUT_S, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException late) {
        system.log().warn("the actors of {} are still ending", top.path().name());
      }
    }
  }
}
