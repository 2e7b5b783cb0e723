// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.time;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import scala.concurrent.ExecutionContext;

/**
 * An actor system of which every actor and timer runs on a {@link VirtualTime}. For the
 * simulation's thread.
 */
public final class VirtualActorSystem implements AutoCloseable {
  private static final String CLOCK_KEY = "pascaline.sim.clock";
  private static final long END_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(100);

  /** The actor system makes its scheduler by name and hands it nothing but the configuration. */
  private static final Map<String, VirtualTime> CLOCKS = new ConcurrentHashMap<>();

  private static final AtomicLong NEXT_CLOCK = new AtomicLong();

  private final VirtualTime time;
  private final ActorSystem<Void> system;

  /**
   * Starts an actor system; its guardian runs as soon as the clock does.
   *
   * @param time what it runs on
   * @param guardian its root
   */
  public VirtualActorSystem(VirtualTime time, Behavior<Void> guardian) {
    this.time = time;
    String clock = "clock-" + NEXT_CLOCK.incrementAndGet();
    CLOCKS.put(clock, time);
    try {
      system = start(guardian, clock);
    } finally {
      CLOCKS.remove(clock);
    }
  }

  /**
   * Starts a system. It waits for its first actors, which run on the clock: so it starts on a
   * thread of its own while this one runs them.
   */
  private ActorSystem<Void> start(Behavior<Void> guardian, String clock) {
    BootstrapSetup setup =
        BootstrapSetup.create(config(clock))
            .withClassloader(VirtualActorSystem.class.getClassLoader())
            .withDefaultExecutionContext(ExecutionContext.fromExecutor(time));
    CompletableFuture<ActorSystem<Void>> started = new CompletableFuture<>();
    Thread starter =
        new Thread(
            () -> {
              try {
                started.complete(ActorSystem.create(guardian, "simulation", setup));
              } catch (RuntimeException refused) {
                started.completeExceptionally(refused);
              }
            },
            "simulation-start");
    starter.setDaemon(true);
    starter.start();
    while (!started.isDone()) {
      time.runReady();
      LockSupport.parkNanos(PAUSE_NS);
    }
    return started.join();
  }

  private static Config config(String clock) {
    return ConfigFactory.parseString(
            String.join(
                "\n",
                CLOCK_KEY + " = " + clock,
                "pekko.scheduler.implementation = \"" + VirtualScheduler.class.getName() + "\"",
                "pekko.actor.default-dispatcher.executor = default-executor",
                "pekko.actor.internal-dispatcher = pekko.actor.default-dispatcher",
                "pekko.loglevel = WARNING",
                "pekko.stdout-loglevel = OFF",
                "pekko.log-dead-letters = off",
                "pekko.log-dead-letters-during-shutdown = off",
                "pekko.jvm-exit-on-fatal-error = off",
                "pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off"))
        .withFallback(ConfigFactory.load(VirtualActorSystem.class.getClassLoader()));
  }

  static VirtualTime timeOf(Config config) {
    return CLOCKS.get(config.getString(CLOCK_KEY));
  }

  /** Returns the system, for asking its actors. */
  public ActorSystem<Void> system() {
    return system;
  }

  /** Ends the actors; virtual time stands still meanwhile. */
  @Override
  public void close() {
    system.terminate();
    long deadlineNs = System.nanoTime() + END_TIMEOUT_NS;
    while (!system.getWhenTerminated().toCompletableFuture().isDone()
        && System.nanoTime() < deadlineNs) {
      time.runReady();
      LockSupport.parkNanos(PAUSE_NS);
    }
    time.runReady();
  }
}
