// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TriangularScheduleTest {
  private final TriangularSchedule schedule = new TriangularSchedule(0.5f, 10, 110);

  @Test
  void shouldRiseFromAFifthOfItsPeakAndFallToZeroAlongLines() {
    assertEquals(0.14f, schedule.rate(1), 1e-7);
    assertEquals(0.3f, schedule.rate(5), 1e-7);
    assertEquals(0.5f, schedule.rate(10), 1e-7);
    assertEquals(0.25f, schedule.rate(60), 1e-7);
    assertEquals(0, schedule.rate(110), 1e-9);
    assertEquals(0, schedule.rate(200), 1e-9);
  }

  @Test
  void shouldStartAtItsPeakWithoutWarmUp() {
    assertEquals(0.495f, new TriangularSchedule(0.5f, 0, 100).rate(1), 1e-7);
  }

  @Test
  void shouldRefuseAWarmUpWithoutEnd() {
    assertThrows(IllegalArgumentException.class, () -> new TriangularSchedule(0.1f, 10, 10));
  }
}
