// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.HarmonicSample;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole networks with harmonic activations, under random masks. */
class HarmonicRunTest {
  private static final int SEEDS = 4;

  @ParameterizedTest
  @EnumSource(value = SampleNetwork.class, mode = EnumSource.Mode.EXCLUDE, names = "TRIGONOMETRIC")
  void shouldAgreeWithItsMeaningWithinTheBoundAndCostWhatThePlanSays(SampleNetwork sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      FusedNetwork network = HarmonicSample.of(sample.compiled(seed), seed);
      assertTrue(
          network.plan().layers().stream().anyMatch(HarmonicActivationLayer.class::isInstance));
      FusedEvaluator evaluator = new FusedEvaluator(network);
      LocalRun run = LocalRun.of(network);

      for (float[] input : sample.inputs(seed, 3)) {
        int[] words = evaluator.encodeInput(input);
        LocalReport report = run.run(words);

        assertTrue(report.ok(), "seed " + seed + ": " + report);
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
  }

  @Test
  void shouldReportAnInputBeyondTheLayersBound() {
    FusedNetwork network = HarmonicSample.of(SampleNetwork.RESIDUAL.compiled(2), 2);
    float[] input = SampleNetwork.RESIDUAL.inputs(2, 1).get(0);
    for (int i = 0; i < input.length; i++) {
      input[i] *= 10;
    }

    LayerCheck first = LocalRun.of(network).run(input).firstDivergence().orElseThrow();

    assertTrue(first.outOfRangeCount() > 0);
    assertTrue(network.plan().layers().get(first.layer()) instanceof HarmonicActivationLayer);
  }

  @ParameterizedTest
  @EnumSource(value = SampleNetwork.class, mode = EnumSource.Mode.EXCLUDE, names = "TRIGONOMETRIC")
  void shouldDecodeThePlanThatItEncodes(SampleNetwork sample) {
    NetworkPlan plan = HarmonicSample.of(sample.compiled(5), 5).plan();
    byte[] encoded = plan.encode();

    NetworkPlan decoded = NetworkPlan.decode(encoded);

    assertEquals(plan.layers(), decoded.layers());
    assertArrayEquals(plan.digest(), decoded.digest());
    assertEquals(plan.costs(), decoded.costs());
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = encoded.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) random.nextInt(1, 256);
      assertThrows(IllegalArgumentException.class, () -> NetworkPlan.decode(damaged));
    }
  }

  /** A divisor that waits would scale the ring, too. */
  @Test
  void shouldRefuseHarmonicsBehindADivision() {
    NetworkPlan plan = SampleNetwork.ACTIVATION_AFTER_POOL.compiled(1).plan();
    PlanLayer pool =
        plan.layers().stream().filter(layer -> layer.outputDivisor() > 1).findFirst().orElseThrow();
    List<PlanLayer> layers = new ArrayList<>(plan.layers().subList(0, pool.id() + 1));
    layers.add(HarmonicSample.behind(pool));

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new NetworkPlan(
                    "divided", plan.inputShape(), plan.inputFractionBits(), null, layers));

    assertTrue(refused.getMessage().contains("scale"), refused.getMessage());
  }
}
