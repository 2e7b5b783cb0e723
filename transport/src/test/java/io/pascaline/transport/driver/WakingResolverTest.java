// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Aeron;
import io.aeron.Publication;
import java.util.List;
import java.util.Locale;
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

  /** A lookup may outlive the driver, so it must not count its time in the driver's files. */
  @Test
  void shouldNotCountLookupsInTheDriversFiles() {
    try (EmbeddedDriver driver = EmbeddedDriver.launch();
        Aeron client = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.directory()));
        Publication added = client.addPublication("aeron:udp?endpoint=localhost:1", 1)) {
      assertTrue(added.channel().contains("localhost"));
      List<DriverStatus.Counter> times =
          DriverStatus.read(driver.directory()).counters().stream()
              .filter(counter -> counter.label().toLowerCase(Locale.ROOT).contains("resolver"))
              .toList();
      assertFalse(times.isEmpty(), "Aeron has other names for its counters");
      times.forEach(counter -> assertEquals(0, counter.value(), counter.label()));
    }
  }
}
