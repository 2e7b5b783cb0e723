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
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
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

  private static Set<String> threads() {
    Set<String> names = new TreeSet<>();
    Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
    names.removeIf(name -> !name.startsWith("pascaline"));
    return names;
  }

  @Test
  void shouldLeaveNoThreadWhenTheActorSystemRefuses() {
    Set<String> before = threads();
    IllegalStateException refused = new IllegalStateException("no actors here");

    assertSame(
        refused,
        assertThrows(
            IllegalStateException.class,
            () ->
                EmbeddedInference.start(
                    failure -> {
                      assertTrue(threads().size() > before.size(), "nothing to leave behind");
                      throw refused;
                    },
                    network,
                    EmbeddedSettings.defaults())));

    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!before.containsAll(threads()) && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    Set<String> left = threads();
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
