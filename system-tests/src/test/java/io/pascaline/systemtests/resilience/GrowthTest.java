// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthTest {
  private static final int POINTS = 12;
  private static final double LEAK = 4_624;

  /** Heap after that many sessions: a leak of this much each, and noise of both signs. */
  private static Growth leaking(double leak, double noise, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] sessions = new double[POINTS];
    double[] bytes = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      sessions[i] = 100.0 * i;
      bytes[i] = 3e7 + leak * sessions[i] + noise * random.nextDouble(-1, 1);
    }
    return Growth.of(sessions, bytes);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldTellALeakFromNoise(long seed) {
    // Noise of 200 KB tilts twelve points over 1,100 sessions by some hundred bytes a session.
    Growth leak = leaking(LEAK, 200_000, seed);
    assertTrue(leak.atLeast() > LEAK / 2 && leak.atMost() > LEAK / 2, "" + leak);
    Growth none = leaking(0, 200_000, seed);
    assertTrue(none.atLeast() < LEAK / 2 && none.atMost() < LEAK, "" + none);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {6, 7})
  void shouldDecideNothingWhereNoiseHidesALeak(long seed) {
    Growth growth = leaking(LEAK, 2e7, seed);
    assertTrue(growth.atLeast() < LEAK / 2 && growth.atMost() > LEAK, "" + growth);
  }

  @ParameterizedTest(name = "{0} points")
  @ValueSource(ints = {0, 2})
  void shouldRefuseTooFewPoints(int points) {
    assertThrows(
        IllegalArgumentException.class, () -> Growth.of(new double[points], new double[points]));
    assertEquals(0, Growth.of(new double[] {1, 2, 3}, new double[] {5, 5, 5}).slope());
  }
}
