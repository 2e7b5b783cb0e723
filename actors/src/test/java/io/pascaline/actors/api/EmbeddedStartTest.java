// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an embedded service leaves behind when its start is refused, and when it is closed. */
@Timeout(120)
class EmbeddedStartTest {
  private final FusedNetwork network = Fixtures.residual(5);

  /** Not their names: those of another service are the same. */
  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !isOfService(thread.getName()));
    return threads;
  }

  private static boolean isOfService(String thread) {
    return thread.startsWith("pascaline") || thread.startsWith("embedded-");
  }

  private static boolean isOfPool(Thread thread) {
    return thread.getName().startsWith("embedded-compute-");
  }

  @Test
  void shouldLeaveNoThreadWhenTheActorSystemRefuses() {
    Set<Thread> before = threads();
    IllegalStateException refused = new IllegalStateException("no actors here");

    assertSame(
        refused,
        assertThrows(
            IllegalStateException.class,
            () ->
                EmbeddedInference.start(
                    failure -> {
                      Set<Thread> started = threads();
                      started.removeAll(before);
                      assertTrue(
                          started.stream().anyMatch(EmbeddedStartTest::isOfPool),
                          "nothing to leave behind");
                      throw refused;
                    },
                    network,
                    EmbeddedSettings.defaults())));

    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!before.containsAll(threads()) && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    Set<Thread> left = threads();
    left.removeAll(before);
    assertEquals(Set.of(), left);
  }

  @Test
  void shouldEndRequestsAsClosed() throws Exception {
    EmbeddedInference service = EmbeddedInference.start(network, EmbeddedSettings.defaults());
    float[] image = Fixtures.image(new SplittableRandom(5));
    service.infer(image).toCompletableFuture().get(60, TimeUnit.SECONDS);

    service.close();

    CompletableFuture<?> late = service.infer(image).toCompletableFuture();
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> late.get(60, TimeUnit.SECONDS));
    InferenceException reason = assertInstanceOf(InferenceException.class, failed.getCause());
    assertEquals(AbortReason.SHUTTING_DOWN, reason.reason());
  }
}
