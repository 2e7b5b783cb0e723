// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WakingResolverTest {
  private static final long DEADLINE_S = 30;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @Test
  void shouldWakeAfterEachTask() throws InterruptedException {
    try (WakingResolver resolver = new WakingResolver(() -> events.add("wake"))) {
      resolver.execute(() -> events.add("task"));
      resolver.execute(
          () -> {
            events.add("fault");
            throw new IllegalStateException("no such host");
          });
      resolver.execute(() -> events.add("next"));

      for (String expected : new String[] {"task", "wake", "fault", "wake", "next", "wake"}) {
        assertEquals(expected, events.poll(DEADLINE_S, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void shouldRejectTasksAfterItCloses() {
    WakingResolver resolver = new WakingResolver(() -> events.add("wake"));
    resolver.close();

    assertThrows(
        RejectedExecutionException.class, () -> resolver.execute(() -> events.add("task")));
  }
}
