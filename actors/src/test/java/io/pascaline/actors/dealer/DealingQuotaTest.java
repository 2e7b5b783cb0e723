// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class DealingQuotaTest {
  private long nowNs = 17;

  /** Whoever waits as told takes a burst and then the rate, whatever the pauses. */
  @RepeatedTest(10)
  void shouldGiveABurstAndThenTheRate() {
    SplittableRandom random = new SplittableRandom(nowNs);
    int perMinute = 1 + random.nextInt(600);
    DealingQuota quota = new DealingQuota(perMinute, () -> nowNs);
    long startNs = nowNs;
    int taken = 0;
    while (nowNs - startNs < TimeUnit.MINUTES.toNanos(10)) {
      long waitMs = quota.waitMs();
      if (waitMs == 0) {
        quota.take();
        taken++;
      } else {
        nowNs += TimeUnit.MILLISECONDS.toNanos(waitMs);
      }
    }
    // What is left of a token at the end is not taken.
    assertEquals(perMinute + 10.0 * perMinute, taken, 1.001);
  }

  @Test
  void shouldNotLimitWhereThereIsNoRate() {
    DealingQuota quota = DealingQuota.unlimited();
    for (int i = 0; i < 1_000; i++) {
      assertEquals(0, quota.waitMs());
      quota.take();
    }
  }
}
