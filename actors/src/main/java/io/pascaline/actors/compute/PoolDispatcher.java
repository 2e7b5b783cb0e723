// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.dispatch.Dispatcher;
import org.apache.pekko.dispatch.Dispatchers;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.ExecutorServiceFactoryProvider;
import org.apache.pekko.dispatch.MessageDispatcher;
import org.apache.pekko.dispatch.MessageDispatcherConfigurator;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * A dispatcher whose actors take their turns on the threads of a pool, so that an actor, the
 * arithmetic that it asks for and the actor that it tells of the result need no second thread.
 */
final class PoolDispatcher extends MessageDispatcherConfigurator {
  private static final String DEFAULT = "pekko.actor.default-dispatcher";

  private final MessageDispatcher dispatcher;

  private PoolDispatcher(
      String id, Config config, Dispatchers dispatchers, Consumer<Runnable> turns) {
    super(config, dispatchers.prerequisites());
    dispatcher =
        new Dispatcher(
            this,
            id,
            config.getInt("throughput"),
            Duration.fromNanos(0),
            new Turns(turns, uncaught(dispatchers)),
            FiniteDuration.create(
                config.getDuration("shutdown-timeout", TimeUnit.MILLISECONDS),
                TimeUnit.MILLISECONDS));
  }

  /**
   * Returns the dispatcher, made known to the system at the first call. The system keeps it for as
   * long as it lives.
   *
   * @param id its name in the system
   * @param turns runs an actor's turn on the pool
   */
  static DispatcherSelector in(ActorSystem<?> system, String id, Consumer<Runnable> turns) {
    Dispatchers dispatchers = system.classicSystem().dispatchers();
    Config config =
        ConfigFactory.parseMap(Map.of("id", id))
            .withFallback(system.settings().config().getConfig(DEFAULT));
    dispatchers.registerConfigurator(id, new PoolDispatcher(id, config, dispatchers, turns));
    return DispatcherSelector.fromConfig(id);
  }

  /** Returns who is told when a thread of the system ends by an error: it ends the system. */
  private static Thread.UncaughtExceptionHandler uncaught(Dispatchers dispatchers) {
    return dispatchers
        .prerequisites()
        .threadFactory()
        .newThread(() -> {})
        .getUncaughtExceptionHandler();
  }

  @Override
  public MessageDispatcher dispatcher() {
    return dispatcher;
  }

  /** The pool as the dispatcher sees it: ended by its owner, never by the dispatcher. */
  private static final class Turns extends AbstractExecutorService
      implements ExecutorServiceFactoryProvider, ExecutorServiceFactory {
    private final Consumer<Runnable> turns;
    private final Thread.UncaughtExceptionHandler uncaught;

    Turns(Consumer<Runnable> turns, Thread.UncaughtExceptionHandler uncaught) {
      this.turns = turns;
      this.uncaught = uncaught;
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
      return this;
    }

    @Override
    public ExecutorService createExecutorService() {
      return this;
    }

    @Override
    public void execute(Runnable turn) {
      turns.accept(
          () -> {
            try {
              turn.run();
            } catch (Throwable fatal) {
              // An actor's own exceptions do not come here. The pool's thread serves others, too.
              uncaught.uncaughtException(Thread.currentThread(), fatal);
            }
          });
    }

    @Override
    public void shutdown() {
      // The pool outlives the actors of an epoch.
    }

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
