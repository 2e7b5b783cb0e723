// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalRunTest {
  private static final int SEEDS = 8;

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldAgreeWithTheMeaningOfEveryLayer(SampleNetwork sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      FusedNetwork network = sample.compiled(seed);
      LocalRun run = keyed(network, network, seed);

      for (float[] input : sample.inputs(seed, 3)) {
        LocalReport report = run.run(input);

        assertTrue(report.ok(), "seed " + seed + ": " + report);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldStayWithinTheErrorBoundOfTheIntegerSemantics(SampleNetwork sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      FusedNetwork network = sample.compiled(seed);
      FusedEvaluator evaluator = new FusedEvaluator(network);
      LocalRun run = keyed(network, network, seed);

      for (float[] input : sample.inputs(seed, 3)) {
        int[] words = evaluator.encodeInput(input);
        int[] expected = evaluator.run(words);
        double[] bound = evaluator.errorBoundUlps(words);
        int[] actual = run.run(words).outputWords();

        for (int i = 0; i < actual.length; i++) {
          double deviation = Math.abs((double) (actual[i] - expected[i]));
          assertTrue(Double.isFinite(bound[i]), "seed " + seed + ", no bound");
          assertTrue(
              deviation <= bound[i],
              "seed " + seed + ", output " + i + ": " + deviation + " > " + bound[i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldCostWhatThePlanSays(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(1);
    PlanCosts costs = network.plan().costs();
    LocalRun run = LocalRun.of(network);

    LocalReport report = run.run(sample.inputs(1, 1).get(0));

    List<LayerCheck> checks = report.layers();
    assertEquals(costs.layers().size(), checks.size());
    for (int i = 0; i < checks.size(); i++) {
      LayerCost cost = costs.layers().get(i);
      assertEquals(cost.rounds(), checks.get(i).rounds(), cost.name());
      assertEquals(cost.onlineBytesPerDirection(), checks.get(i).online().byParty0(), cost.name());
      assertEquals(cost.offlineBytes(), checks.get(i).correctionBytes(), cost.name());
    }
    assertEquals(costs.rounds(), report.rounds());
    assertEquals(costs.onlineBytesPerDirection(), report.onlineBytes(0));
    assertEquals(costs.offlineBytes(), report.correctionBytes());
    assertEquals(costs.setupBytesPerDirection(), run.setupBytes(0));
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldNameTheLayerWhoseWeightIsWrong(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(2);
    float[] input = sample.inputs(2, 1).get(0);
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof FusedLinearLayer) {
        LocalRun run = keyed(network, withWrongWeight(network, layer.id()), 2);

        LocalReport report = run.run(input);

        assertEquals(layer.id(), report.firstDivergence().orElseThrow().layer());
        assertEquals(layer.name(), report.firstDivergence().orElseThrow().name());
      }
    }
  }

  private static FusedNetwork withWrongWeight(FusedNetwork network, int wrong) {
    int count = network.plan().layers().size();
    int[][] weights = new int[count][];
    int[][] biases = new int[count][];
    for (int id = 0; id < count; id++) {
      weights[id] = network.weights(id);
      biases[id] = network.biasOrNull(id);
    }
    weights[wrong] = weights[wrong].clone();
    // The middle tap: in the corners of a small image the others may meet padding only.
    weights[wrong][weights[wrong].length / 2]++;
    return new FusedNetwork(network.plan(), weights, biases);
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldNameTheLayerWhoseCorrectionIsWrong(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(2);
    float[] input = sample.inputs(2, 1).get(0);
    for (PlanLayer wrong : network.plan().layers()) {
      if (!(wrong instanceof LocalLayer)) {
        LocalRun run = keyed(network, network, 2);
        run.tapCorrections((layer, words) -> layer == wrong.id() ? shifted(words) : words);

        LocalReport report = run.run(input);

        assertEquals(wrong.id(), report.firstDivergence().orElseThrow().layer());
        assertFalse(report.ok());
      }
    }
  }

  private static int[] shifted(int[] words) {
    int[] shifted = words.clone();
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] += 1 << 20;
    }
    return shifted;
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldReportAnActivationWhoseBoundIsExceeded(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(2);
    float[] input = sample.inputs(2, 1).get(0);
    for (int i = 0; i < input.length; i++) {
      input[i] *= 10;
    }

    LayerCheck first = keyed(network, network, 2).run(input).firstDivergence().orElseThrow();

    assertTrue(first.outOfRangeCount() > 0);
    assertTrue(network.plan().layers().get(first.layer()) instanceof FusedFunctionLayer);
  }

  @Test
  void shouldRefuseHalvesThatDoNotBelongTogether() {
    FusedNetwork network = SampleNetwork.ODD_POOL.compiled(1);
    FusedNetwork other = SampleNetwork.GROUPED.compiled(1);
    ModelShare[] halves = ModelShares.split(network, new SecureRandom());
    ModelShare[] again = ModelShares.split(network, new SecureRandom());

    refuse(network, halves[1], halves[0]);
    refuse(network, halves[0], again[1]);
    refuse(other, halves[0], halves[1]);
  }

  private static void refuse(FusedNetwork network, ModelShare first, ModelShare second) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new LocalRun(
                network,
                new ModelShare[] {first, second},
                key(0),
                key(1),
                1,
                WorkSplitter.sequential()));
  }

  /**
   * Returns all masks follow from the seed; how the weights are split has no influence on a run.
   */
  static LocalRun keyed(FusedNetwork reference, FusedNetwork actual, long seed) {
    return new LocalRun(
        reference,
        ModelShares.split(actual, new SecureRandom()),
        key(2 * seed),
        key(2 * seed + 1),
        seed,
        WorkSplitter.sequential());
  }

  private static CorrelationKey key(long seed) {
    byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
    new SplittableRandom(seed).nextBytes(bytes);
    return CorrelationKey.ofBytes(bytes);
  }
}
