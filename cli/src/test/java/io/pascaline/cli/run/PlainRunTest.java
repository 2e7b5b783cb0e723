// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlainRunTest {
  @Test
  void shouldAnswerAllImagesAndMeasureThoseAfterTheWarmUp() {
    AtomicInteger asked = new AtomicInteger();

    PlainRun.Outcome outcome =
        PlainRun.run(
            input -> new float[] {2 * input[0]},
            image -> {
              asked.incrementAndGet();
              return new float[] {image};
            },
            8,
            5);

    for (int i = 0; i < 8; i++) {
      assertArrayEquals(new float[] {2 * i}, outcome.logits()[i]);
    }
    // The warm-up ends early only if half a second has gone by.
    assertTrue(outcome.latencies().count() >= 6, "measured " + outcome.latencies().count());
    assertTrue(asked.get() <= 5 + 6, "asked for " + asked.get());
  }

  @Test
  void shouldMeasureAllImagesWithoutAWarmUp() {
    PlainRun.Outcome outcome = PlainRun.run(input -> input, image -> new float[] {image}, 8, 0);

    assertEquals(8, outcome.latencies().count());
  }
}
