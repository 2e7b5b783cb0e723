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
  void shouldEndEveryNumberOnceInWhateverOrder(final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final int count = 200;
    final int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      final int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    final SessionNumbers numbers = new SessionNumbers();

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
