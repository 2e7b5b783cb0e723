// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.canary;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.Convolution2d;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is a right answer of a canary, for networks with and without activations. */
class CanaryTest {
  private static final int SIDE = 4;

  @TempDir private Path folder;

  private static FusedNetwork network(long seed) {
    return SampleNetwork.ODD_POOL.compiled(seed);
  }

  private static CanarySet make(FusedNetwork network, long seed, int count) {
    return new CanaryMaker(network, SampleNetwork.ODD_POOL.inputs(seed, 16)).make(count);
  }

  /** One linear layer: nothing rounds. */
  private static FusedNetwork linear() {
    SplittableRandom random = new SplittableRandom(5);
    Convolution2d map = new Convolution2d(2, SIDE, SIDE, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    FusedLinearLayer conv = new FusedLinearLayer(0, "conv", List.of(-1), map, 10, 22, false, 256);
    int[] weights = random.ints(conv.map().weightShape().elementCount(), -300, 300).toArray();
    NetworkPlan plan = new NetworkPlan("linear", map.inputShape(), 12, null, List.of(conv));
    return new FusedNetwork(plan, new int[][] {weights}, new int[1][]);
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldHoldForEveryHonestRunAndForNoShiftedAnswer(SampleNetwork sample) {
    long seed = 3;
    FusedNetwork network = sample.compiled(seed);
    FusedEvaluator evaluator = new FusedEvaluator(network);
    LocalRun run = LocalRun.of(network);
    CanarySet set = new CanaryMaker(network, sample.inputs(seed, 16)).make(4);

    for (Canary canary : set.canaries()) {
      assertArrayEquals(evaluator.run(canary.input()), canary.expected(), "seed " + seed);
      if (set.proven()) {
        double bound = Arrays.stream(evaluator.errorBoundUlps(canary.input())).max().orElse(0);
        assertEquals((int) bound, canary.toleranceUlps());
      }
      for (int mask = 0; mask < 10; mask++) {
        int[] answer = run.run(canary.input()).outputWords();
        assertTrue(canary.isAnsweredBy(answer), "seed " + seed);
        int element = mask % answer.length;
        // Whatever the rounding was, twice the tolerance and one more leaves the tolerance.
        answer[element] += 2 * canary.toleranceUlps() + 1;
        assertFalse(canary.isAnsweredBy(answer), "seed " + seed);
        assertEquals(element, canary.firstWrongElement(answer), "seed " + seed);
      }
    }
  }

  @Test
  void shouldBeExactWithoutActivations() {
    FusedNetwork network = linear();
    SplittableRandom random = new SplittableRandom(5);
    List<float[]> typical = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      float[] input = new float[2 * SIDE * SIDE];
      for (int k = 0; k < input.length; k++) {
        input[k] = (float) random.nextDouble(-1, 1);
      }
      typical.add(input);
    }

    CanarySet set = new CanaryMaker(network, typical).make(4);

    assertTrue(set.proven());
    assertEquals(0, set.maxToleranceUlps());
    for (Canary canary : set.canaries()) {
      assertTrue(canary.isAnsweredBy(canary.expected().clone()));
      int[] wrong = canary.expected().clone();
      wrong[3]++;
      assertEquals(3, canary.firstWrongElement(wrong));
      wrong[3] = canary.expected()[3] + Integer.MIN_VALUE;
      assertEquals(3, canary.firstWrongElement(wrong), "half the ring away");
    }
  }

  @Test
  void shouldComeBackFromAFile() throws Exception {
    FusedNetwork network = network(4);
    CanarySet set = make(network, 4, 3);
    Path file = folder.resolve("canaries.bin");

    set.write(file);
    CanarySet read = CanarySet.read(file);

    read.requireFor(network.plan());
    assertEquals(set.proven(), read.proven());
    assertEquals(3, read.canaries().size());
    for (int i = 0; i < 3; i++) {
      Canary written = set.canaries().get(i);
      Canary same = read.canaries().get(i);
      assertEquals(i, same.id());
      assertEquals(written.toleranceUlps(), same.toleranceUlps());
      assertArrayEquals(written.input(), same.input());
      assertArrayEquals(written.expected(), same.expected());
    }
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> read.requireFor(network(5).plan()));
    assertTrue(refused.getMessage().contains("another plan"), refused.getMessage());
    assertEquals("CanarySet[canaries=3]", read.toString());
    assertEquals("Canary[id=0]", read.canaries().get(0).toString());
  }
}
