// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CosineScheduleTest {
  private final CosineSchedule schedule = new CosineSchedule(0.1f, 10, 110);

  @Test
  void shouldRiseToItsPeakAndFallToZero() {
    assertEquals(0.01f, schedule.rate(1), 1e-9);
    assertEquals(0.1f, schedule.rate(10), 1e-9);
    assertEquals(0.05f, schedule.rate(60), 1e-9);
    assertEquals(0, schedule.rate(110), 1e-9);
    assertEquals(0, schedule.rate(200), 1e-9);
  }

  @Test
  void shouldNeverRiseAfterTheWarmUp() {
    for (int step = 11; step <= 110; step++) {
      assertTrue(schedule.rate(step) <= schedule.rate(step - 1), "step " + step);
    }
  }

  @Test
  void shouldRefuseAWarmUpWithoutEnd() {
    assertThrows(IllegalArgumentException.class, () -> new CosineSchedule(0.1f, 10, 10));
  }
}
