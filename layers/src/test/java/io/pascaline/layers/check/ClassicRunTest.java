// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSample;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.share.DoubleWordPlanes;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole networks by the classic suite's protocols. A share wraps with the probability that the plan
 * tells, about one in a million for a run here; with seeded masks that is decided once and for all.
 */
class ClassicRunTest {
  private static final int SEEDS = 3;

  @ParameterizedTest
  @EnumSource(ClassicSample.class)
  void shouldAgreeWithTheMeaningOfEveryLayer(ClassicSample sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      ClassicNetwork network = sample.compiled(seed);
      ClassicEvaluator evaluator = new ClassicEvaluator(network);
      LocalRun run = keyed(network, network, seed);
      for (float[] input : sample.inputs(seed, 3)) {
        LocalReport report = run.run(input);

        assertTrue(report.ok(), "seed " + seed + ": " + report);
        long[] encoded = evaluator.encodeInput(input);
        double bound = evaluator.errorBoundUlps(encoded);
        long[] expected = evaluator.run(encoded);
        long[] actual = new long[expected.length];
        DoubleWordPlanes.join(report.outputWords(), 0, actual);
        for (int i = 0; i < actual.length; i++) {
          double deviation = Math.abs((double) (actual[i] - expected[i]));
          assertTrue(deviation <= bound, "seed " + seed + ": " + deviation + " > " + bound);
        }
        double unit = Math.scalb(1.0, network.plan().outputFractionBits());
        assertTrue(bound < unit, "seed " + seed + ": bound " + bound / unit + " says nothing");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ClassicSample.class)
  void shouldCostWhatThePlanSays(ClassicSample sample) {
    ClassicNetwork network = sample.compiled(1);
    PlanCosts costs = network.plan().costs();
    LocalRun run = keyed(network, network, 1);

    LocalReport report = run.run(sample.inputs(1, 1).get(0));

    List<LayerCheck> checks = report.layers();
    for (int i = 0; i < checks.size(); i++) {
      LayerCost cost = costs.layers().get(i);
      assertEquals(cost.rounds(), checks.get(i).rounds(), cost.name());
      assertEquals(cost.onlineBytesPerDirection(), checks.get(i).online().byParty0(), cost.name());
      assertEquals(cost.offlineBytes(), checks.get(i).correctionBytes(), cost.name());
    }
    assertEquals(costs.setupBytesPerDirection(), run.setupBytes(0));
    assertTrue(costs.failureProbability() > 0 && costs.failureProbability() < 1e-4);
  }

  @ParameterizedTest
  @EnumSource(ClassicSample.class)
  void shouldNameTheLayerWhoseWeightOrCorrectionIsWrong(ClassicSample sample) {
    ClassicNetwork network = sample.compiled(2);
    float[] input = sample.inputs(2, 1).get(0);
    for (PlanLayer wrong : network.plan().layers()) {
      if (wrong instanceof ClassicLinearLayer) {
        LocalRun run = keyed(network, withWrongWeight(network, wrong.id()), 2);
        assertEquals(wrong.id(), run.run(input).firstDivergence().orElseThrow().layer());
      }
      if (wrong instanceof StepLayer
          && network.plan().costs().layers().get(wrong.id()).offlineBytes() > 0) {
        LocalRun run = keyed(network, network, 2);
        run.tapCorrections((layer, words) -> layer == wrong.id() ? inverted(words) : words);
        assertEquals(wrong.id(), run.run(input).firstDivergence().orElseThrow().layer());
      }
    }
  }

  private static ClassicNetwork withWrongWeight(ClassicNetwork network, int wrong) {
    int count = network.plan().layers().size();
    long[][] weights = new long[count][];
    long[][] biases = new long[count][];
    for (int id = 0; id < count; id++) {
      weights[id] = network.weights(id);
      biases[id] = network.biasOrNull(id);
    }
    weights[wrong] = weights[wrong].clone();
    // More than what a cut may hide, at the middle tap: others may meet padding only.
    weights[wrong][weights[wrong].length / 2] += 1 << 16;
    return new ClassicNetwork(network.plan(), weights, biases);
  }

  private static int[] inverted(int[] words) {
    int[] inverted = words.clone();
    for (int i = 0; i < inverted.length; i++) {
      inverted[i] = ~inverted[i];
    }
    return inverted;
  }

  private static LocalRun keyed(ClassicNetwork reference, ClassicNetwork actual, long seed) {
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
