// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionNumbersTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldEndEveryNumberOnceInWhateverOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 200;
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    SessionNumbers numbers = new SessionNumbers();

    for (int i = 0; i < count; i++) {
      assertFalse(numbers.hasEnded(order[i]));
      assertTrue(numbers.end(order[i]));
      assertTrue(numbers.hasEnded(order[i]));
      assertFalse(numbers.end(order[i]));
      assertEquals(i + 1, numbers.endedCount());
      for (long number = 0; number < numbers.oldestOpen(); number++) {
        assertTrue(numbers.hasEnded(number));
      }
      assertFalse(numbers.hasEnded(numbers.oldestOpen()));
    }
    assertEquals(count, numbers.oldestOpen());
  }
}
