// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
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

  @Test
  void shouldSayWhetherItsLastTaskHasEnded() {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    WakingResolver resolver = new WakingResolver(() -> events.add("wake"));
    resolver.execute(
        () -> {
          began.countDown();
          awaitUninterruptibly(release);
        });
    awaitUninterruptibly(began);
    resolver.close();

    Thread.currentThread().interrupt();
    assertFalse(resolver.awaitEnd(1));
    assertTrue(Thread.interrupted(), "an interruption is lost");

    release.countDown();
    assertTrue(resolver.awaitEnd(Long.MAX_VALUE));
  }

  /** A lookup counts its time in the driver's files, which must then still be mapped. */
  @Test
  void shouldKeepTheDriversFilesUntilTheLastTaskEnds() {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    EmbeddedDriver driver = EmbeddedDriver.launch();
    Path files = Path.of(driver.directory());
    driver
        .resolver()
        .execute(
            () -> {
              began.countDown();
              awaitUninterruptibly(release);
            });
    awaitUninterruptibly(began);

    driver.close();
    assertTrue(Files.exists(files), "removed while a task runs");

    release.countDown();
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
    while (Files.exists(files)) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "never removed");
      Thread.onSpinWait();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        assertTrue(latch.await(DEADLINE_S, TimeUnit.SECONDS));
        return;
      } catch (InterruptedException again) {
        // A resolver interrupts its thread when it closes. A lookup ignores that.
      }
    }
  }
}
