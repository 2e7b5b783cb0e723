// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ProductSample;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.fused.FusedProduct;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of secret tensors in whole networks, under random masks. */
class ProductRunTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldAgreeWithItsMeaningAndCostWhatThePlanSays(long seed) {
    FusedNetwork network = ProductSample.of(seed);
    FusedEvaluator evaluator = new FusedEvaluator(network);
    LocalRun run = LocalRun.of(network);
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 0; n < 3; n++) {
      int[] words = evaluator.encodeInput(ProductSample.input(random));

      LocalReport report = run.run(words);

      assertTrue(report.ok(), "seed " + seed + ": " + report);
      assertEquals(0, report.layers().get(4).largestDeviation());
      assertEquals(network.plan().costs().rounds(), report.rounds());
      assertEquals(network.plan().costs().onlineBytesPerDirection(), report.onlineBytes(0));
      assertEquals(network.plan().costs().offlineBytes(), report.correctionBytes());
      int[] expected = evaluator.run(words);
      double[] bound = evaluator.errorBoundUlps(words);
      for (int i = 0; i < expected.length; i++) {
        double deviation = Math.abs((double) (report.outputWords()[i] - expected[i]));
        assertTrue(Double.isFinite(bound[i]), "seed " + seed + ", no bound");
        assertTrue(deviation <= bound[i], "seed " + seed + ", output " + i + ": " + deviation);
      }
    }
  }

  /** The integers' product is that of the real numbers, but for the rounding of its factors. */
  @Test
  void shouldMultiplyWhatItsProducersMean() {
    FusedEvaluator evaluator = new FusedEvaluator(ProductSample.of(5));
    float[] input = ProductSample.input(new SplittableRandom(5));

    int[][] outputs = evaluator.runAll(evaluator.encodeInput(input));

    for (int i = 0; i < outputs[4].length; i++) {
      double first = outputs[1][i] * 0x1p-12;
      double mean = outputs[3][i / 16] * 0x1p-12;
      assertEquals(first * mean, outputs[4][i] * 0x1p-24, 0);
      double narrow = outputs[5][i] * 0x1p-12;
      assertEquals(narrow * narrow, outputs[6][i] * 0x1p-24, 0);
    }
  }

  @Test
  void shouldDecodeThePlanThatItEncodes() {
    NetworkPlan plan = ProductSample.of(1).plan();

    NetworkPlan decoded = NetworkPlan.decode(plan.encode());

    assertEquals(plan.layers(), decoded.layers());
    assertEquals(plan.costs(), decoded.costs());
    // Per product: both factors online, the product's elements offline.
    assertEquals(4 * (48 + 3), plan.costs().layers().get(4).onlineBytesPerDirection());
    assertEquals(4 * (48 + 48), plan.costs().layers().get(6).onlineBytesPerDirection());
    assertEquals(4 * 48, plan.costs().layers().get(4).offlineBytes());
  }

  @Test
  void shouldRefuseFactorsOfAnotherShapeOrScale() {
    refuse(new FusedProductLayer(4, "p", List.of(1, 3), product(), 25, 32), "scale");
    refuse(new FusedProductLayer(4, "p", List.of(3, 1), product(), 24, 64), "elements");
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedProductLayer(4, "p", List.of(1), product(), 24, 64));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedProductLayer(4, "p", List.of(1, 3), product(), 24, 63));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedProductLayer(3, "p", List.of(1, 2), product(), 24, 64));
  }

  private static FusedProduct product() {
    return ((FusedProductLayer) ProductSample.of(1).plan().layers().get(4)).product();
  }

  private static void refuse(FusedProductLayer layer, String why) {
    NetworkPlan plan = ProductSample.of(1).plan();
    List<PlanLayer> layers = new ArrayList<>(plan.layers().subList(0, 4));
    layers.add(layer);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new NetworkPlan("refused", plan.inputShape(), 12, null, layers));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }
}
