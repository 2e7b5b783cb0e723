// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SpinFirstTest {
  private int parkCount;

  private final IdleStrategy park =
      new IdleStrategy() {
        @Override
        public void idle(int workCount) {
          throw new IllegalStateException("idle(" + workCount + ")");
        }

        @Override
        public void idle() {
          parkCount++;
        }

        @Override
        public void reset() {
          parkCount = 0;
        }
      };

  @Test
  void shouldParkOnlyAfterItsTimeWithoutWork() {
    long spinNs = TimeUnit.MILLISECONDS.toNanos(5);
    IdleStrategy strategy = new SpinFirst(park, spinNs);
    for (int repetition = 0; repetition < 3; repetition++) {
      strategy.idle(1);
      assertEquals(0, parkCount);
      long beganNs = System.nanoTime();
      while (parkCount == 0) {
        strategy.idle(0);
      }
      long spunNs = System.nanoTime() - beganNs;
      assertTrue(spunNs >= spinNs, () -> "parked after " + spunNs + " ns");
      strategy.idle(0);
      assertEquals(2, parkCount);
    }
  }

  @Test
  void shouldLeaveThreadsAloneThatNeverPark() {
    assertSame(park, IdleStrategies.spinningFirst(IdleMode.YIELD, park, 1_000));
    assertSame(park, IdleStrategies.spinningFirst(IdleMode.BACKOFF, park, 0));
  }
}
