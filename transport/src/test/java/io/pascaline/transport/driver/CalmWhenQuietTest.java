// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CalmWhenQuietTest {
  private final List<String> calls = new ArrayList<>();
  private boolean isBusy = true;

  private IdleStrategy named(String name) {
    return new IdleStrategy() {
      @Override
      public void idle(int workCount) {
        throw new IllegalStateException("idle(" + workCount + ")");
      }

      @Override
      public void idle() {
        calls.add(name);
      }

      @Override
      public void reset() {
        // Nothing to forget.
      }
    };
  }

  @Test
  void shouldBeCalmOnlyWhileNothingIsGoingOn() {
    IdleStrategy strategy = new CalmWhenQuiet(named("busy"), named("calm"), () -> isBusy);
    strategy.idle(0);
    isBusy = false;
    strategy.idle(0);
    strategy.idle(1);
    isBusy = true;
    strategy.idle();
    assertEquals(List.of("busy", "calm", "busy"), calls);
  }

  @Test
  void shouldCallTrafficRecentForItsTime() {
    RecentTraffic traffic = new RecentTraffic();
    assertTrue(traffic.isRecent());
    while (traffic.isRecent()) {
      Thread.onSpinWait();
    }
    traffic.onMessage();
    long saidNs = System.nanoTime();
    boolean isRecent = traffic.isRecent();
    if (System.nanoTime() - saidNs < RecentTraffic.RECENT_NS) {
      assertTrue(isRecent);
    }
    while (traffic.isRecent()) {
      Thread.onSpinWait();
    }
    assertFalse(System.nanoTime() - saidNs < RecentTraffic.RECENT_NS / 2);
  }
}
