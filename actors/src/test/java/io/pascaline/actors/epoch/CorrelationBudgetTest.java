// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationBudgetTest {
  private static final int LAYERS = 7;
  private static final int STEPS = 10_000;

  /** Returns sizes, of which one is of a layer without a protocol, which is never waited for. */
  private static List<Long> randomBytes(SplittableRandom random) {
    List<Long> bytes = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      bytes.add(layer == 3 ? 0 : random.nextLong(1, 100));
    }
    return bytes;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldGrantInTheOrderOfUseWhatFitsAndNeverLess(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> bytes = randomBytes(random);
    long capacity = random.nextLong(1, 200);
    CorrelationBudget budget = CorrelationBudget.of(bytes, capacity);
    // Of all granted and not ended, by layer: how many, since a layer ends its sessions in order.
    long[] ended = new long[LAYERS];

    for (int step = 0; step < STEPS; step++) {
      String at = "seed " + seed + ", step " + step;
      long held = 0;
      int count = 0;
      List<Integer> open = new ArrayList<>();
      for (int layer = 0; layer < LAYERS; layer++) {
        if (bytes.get(layer) == 0) {
          assertEquals(Long.MAX_VALUE, budget.grantedEnd(layer), at);
          continue;
        }
        long outstanding = budget.grantedEnd(layer) - ended[layer];
        held += outstanding * bytes.get(layer);
        count += (int) outstanding;
        if (outstanding > 0) {
          open.add(layer);
        }
      }
      assertTrue(count == 1 || count > 0 && held <= capacity, at);
      int next = next(bytes, budget);
      assertTrue(held + bytes.get(next) > capacity, at + ": there is room for another");
      int layer = open.get(random.nextInt(open.size()));
      ended[layer]++;
      budget.release(layer);
    }
  }

  /** Returns the layer that is next in the order of use, which all that is granted must follow. */
  private static int next(List<Long> bytes, CorrelationBudget budget) {
    long first = budget.grantedEnd(0);
    int next = 0;
    for (int layer = 0; layer < LAYERS; layer++) {
      if (bytes.get(layer) > 0 && budget.grantedEnd(layer) < first) {
        next = layer;
        first = budget.grantedEnd(layer);
      }
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      if (bytes.get(layer) > 0) {
        boolean isBefore = next > 0 && layer < next;
        assertEquals(first + (isBefore ? 1 : 0), budget.grantedEnd(layer));
      }
    }
    return next;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldTellTheLayersThatAreGrantedMore(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> bytes = randomBytes(random);
    CorrelationBudget budget = CorrelationBudget.of(bytes, 100);
    long[] told = new long[LAYERS];
    for (int layer = 0; layer < LAYERS; layer++) {
      int joining = layer;
      budget.join(layer, () -> told[joining] = budget.grantedEnd(joining));
    }

    for (int session = 0; session < 100; session++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        if (bytes.get(layer) > 0) {
          assertTrue(told[layer] > session, "seed " + seed + ", layer " + layer);
          budget.release(layer);
        }
      }
    }
  }

  @ParameterizedTest(name = "layer {0}")
  @ValueSource(ints = {0, 5})
  void shouldLimitNothingWhereWholeInferencesAreKept(int layer) {
    CorrelationBudget budget = CorrelationBudget.unlimited();

    budget.release(layer);

    assertEquals(Long.MAX_VALUE, budget.grantedEnd(layer));
  }
}
