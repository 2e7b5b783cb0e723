// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;

/** Actor systems of our own: quiet, without shutdown hooks, ended with a deadline. */
public final class RoleSystem {
  private static final long TERMINATION_TIMEOUT_MS = 10_000;

  private RoleSystem() {}

  /** Starts a system whose guardian is the given behavior. */
  public static <C> ActorSystem<C> start(Behavior<C> guardian, String name) {
    Config config =
        ConfigFactory.parseString(
                String.join(
                    "\n",
                    "pekko.loglevel = WARNING",
                    "pekko.stdout-loglevel = OFF",
                    "pekko.log-dead-letters = off",
                    "pekko.jvm-exit-on-fatal-error = off",
                    // Each tick wakes a thread. Pauses may be up to two ticks longer.
                    "pekko.scheduler.tick-duration = 20ms",
                    "pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off"))
            .withFallback(ConfigFactory.load(RoleSystem.class.getClassLoader()));
    return ActorSystem.create(guardian, name, config);
  }

  /** Ends a system and waits for it, at most ten seconds. */
  public static void stop(ActorSystem<?> system) {
    system.terminate();
    CompletionStage<Done> whenTerminated = system.getWhenTerminated();
    try {
      whenTerminated.toCompletableFuture().get(TERMINATION_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException late) {
      system.log().warn("the actor system {} is still ending", system.name());
    } catch (ExecutionException failed) {
      system.log().warn("the actor system {} ended badly", system.name(), failed.getCause());
    }
  }
}
