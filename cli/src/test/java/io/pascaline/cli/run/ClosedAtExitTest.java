// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedAtExitTest {
  private final AtomicInteger closes = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch letGo = new CountDownLatch(1);

  private void closeSlowly() throws InterruptedException {
    closing.countDown();
    letGo.await();
    closes.incrementAndGet();
  }

  /** The hook of a JVM that stops is such a second closer. */
  @Test
  void shouldLetASecondCloserWaitForTheFirst() throws InterruptedException {
    ClosedAtExit<AutoCloseable> guarded = ClosedAtExit.of(this::closeSlowly, () -> {});
    Thread first = new Thread(guarded::close, "first");
    Thread second = new Thread(guarded::close, "second");

    first.start();
    closing.await();
    second.start();
    while (second.getState() != Thread.State.BLOCKED && second.isAlive()) {
      Thread.onSpinWait();
    }
    boolean hasReturned = !second.isAlive();
    letGo.countDown();
    first.join();
    second.join();

    assertFalse(hasReturned);
    assertEquals(1, closes.get());
  }

  @Test
  void shouldCloseAlthoughTheFarewellFails() {
    letGo.countDown();
    ClosedAtExit<AutoCloseable> guarded =
        ClosedAtExit.of(
            this::closeSlowly,
            () -> {
              throw new IllegalStateException("nobody listens");
            });

    assertThrows(IllegalStateException.class, guarded::close);

    assertEquals(1, closes.get());
    guarded.close();
    assertEquals(1, closes.get());
  }
}
