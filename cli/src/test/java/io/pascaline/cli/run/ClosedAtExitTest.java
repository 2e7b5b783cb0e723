// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.transport.driver.NodeOwners;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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

  /** So that they leave the service's links open while its requests finish. */
  @Test
  void shouldLetMediaDriversWaitUntilTheServiceIsClosed() throws Exception {
    NodeOwners owners = new NodeOwners();
    FutureTask<Integer> driver =
        new FutureTask<>(
            () -> {
              owners.awaitNone();
              return closes.get();
            });
    ClosedAtExit<AutoCloseable> guarded = ClosedAtExit.of(this::closeSlowly, () -> {}, owners);

    Thread waiter = new Thread(driver, "driver");
    waiter.start();
    while (waiter.getState() != Thread.State.WAITING && waiter.isAlive()) {
      Thread.onSpinWait();
    }
    letGo.countDown();
    guarded.close();

    assertEquals(1, driver.get(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldCloseAlthoughTheFarewellFails() throws InterruptedException {
    letGo.countDown();
    NodeOwners owners = new NodeOwners();
    ClosedAtExit<AutoCloseable> guarded =
        ClosedAtExit.of(
            this::closeSlowly,
            () -> {
              throw new IllegalStateException("nobody listens");
            },
            owners);

    assertThrows(IllegalStateException.class, guarded::close);

    assertEquals(1, closes.get());
    owners.awaitNone();
    guarded.close();
    assertEquals(1, closes.get());
  }
}
