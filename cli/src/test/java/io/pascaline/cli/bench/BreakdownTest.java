// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BreakdownTest {
  private static final double EXACT = 1e-6;

  @Test
  void shouldGiveEachMomentToTheFirstCategoryThatClaimsIt() {
    Breakdown breakdown =
        Breakdown.of(
            100,
            200,
            List.of(
                new Interval(TimeCategory.HAND_OVER, 110, 190),
                new Interval(TimeCategory.PEER, 120, 160),
                new Interval(TimeCategory.LINEAR, 130, 140),
                new Interval(TimeCategory.GARBAGE_COLLECTION, 135, 150)));

    assertEquals(100, breakdown.wholeNs());
    assertEquals(15, breakdown.byCategoryNs().get(TimeCategory.GARBAGE_COLLECTION));
    assertEquals(5, breakdown.byCategoryNs().get(TimeCategory.LINEAR));
    assertEquals(20, breakdown.byCategoryNs().get(TimeCategory.PEER));
    assertEquals(40, breakdown.byCategoryNs().get(TimeCategory.HAND_OVER));
    assertEquals(20, breakdown.byCategoryNs().get(TimeCategory.OTHER));
  }

  @Test
  void shouldCutOffWhatLiesOutsideAndIgnoreWhatEndsBeforeItBegins() {
    Breakdown breakdown =
        Breakdown.of(
            0,
            10,
            List.of(
                new Interval(TimeCategory.LINEAR, -5, 3),
                new Interval(TimeCategory.ACTIVATION, 8, 50),
                new Interval(TimeCategory.PEER, 7, 4)));

    assertEquals(3, breakdown.byCategoryNs().get(TimeCategory.LINEAR));
    assertEquals(2, breakdown.byCategoryNs().get(TimeCategory.ACTIVATION));
    assertEquals(0, breakdown.byCategoryNs().get(TimeCategory.PEER));
    assertEquals(5, breakdown.byCategoryNs().get(TimeCategory.OTHER));
  }

  @Test
  void shouldAddUpToTheWholeWhateverIsClaimed() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<Breakdown> inferences = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      List<Interval> claims = new ArrayList<>();
      for (int k = random.nextInt(40); k > 0; k--) {
        TimeCategory category = TimeCategory.values()[random.nextInt(TimeCategory.values().length)];
        long fromNs = random.nextInt(1_200) - 100;
        claims.add(new Interval(category, fromNs, fromNs + random.nextInt(300)));
      }
      inferences.add(Breakdown.of(0, 500 + random.nextInt(500), claims));
    }
    inferences.add(Breakdown.middleHalf(inferences));
    inferences.add(Breakdown.slowest(inferences));
    for (Breakdown inference : inferences) {
      double sum = inference.byCategoryNs().values().stream().mapToDouble(ns -> ns).sum();
      assertEquals(inference.wholeNs(), sum, EXACT, "seed " + seed);
    }
  }

  @Test
  void shouldLeaveOutTheFastestAndTheSlowestQuarter() {
    List<Breakdown> inferences = new ArrayList<>();
    for (long wholeNs : new long[] {1, 20, 30, 1_000}) {
      inferences.add(Breakdown.of(0, wholeNs, List.of(new Interval(TimeCategory.LINEAR, 0, 10))));
    }
    Collections.reverse(inferences);

    Breakdown middle = Breakdown.middleHalf(inferences);

    assertEquals(25, middle.wholeNs(), EXACT);
    assertEquals(10, middle.byCategoryNs().get(TimeCategory.LINEAR), EXACT);
    assertEquals(15, middle.byCategoryNs().get(TimeCategory.OTHER), EXACT);
    assertEquals(1_000, Breakdown.slowest(inferences).wholeNs(), EXACT);
  }
}
