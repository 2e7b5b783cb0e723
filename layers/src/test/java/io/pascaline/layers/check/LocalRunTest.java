package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.QuantisedNetwork;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.IntegerEvaluator;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanCosts;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalRunTest {
  private static final int SEEDS = 8;

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldAgreeWithTheMeaningOfEveryLayer(SampleNetwork sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      final QuantisedNetwork network = sample.compiled(seed);
      final LocalRun run = LocalRun.of(network);

      for (final float[] input : sample.inputs(seed, 3)) {
        final LocalReport report = run.run(input);

        assertTrue(report.ok(), "seed " + seed + ": " + report);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldStayWithinTheErrorBoundOfTheIntegerSemantics(SampleNetwork sample) {
    for (long seed = 0; seed < SEEDS; seed++) {
      final QuantisedNetwork network = sample.compiled(seed);
      final IntegerEvaluator evaluator = new IntegerEvaluator(network);
      final LocalRun run = LocalRun.of(network);

      for (final float[] input : sample.inputs(seed, 3)) {
        final int[] words = evaluator.encodeInput(input);
        final int[] expected = evaluator.run(words);
        final double[] bound = evaluator.errorBoundUlps(words);
        final int[] actual = run.run(words).outputWords();

        for (int i = 0; i < actual.length; i++) {
          final double deviation = Math.abs((double) (actual[i] - expected[i]));
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
    final QuantisedNetwork network = sample.compiled(1);
    final PlanCosts costs = network.plan().costs();
    final LocalRun run = LocalRun.of(network);

    final LocalReport report = run.run(sample.inputs(1, 1).get(0));

    final List<LayerCheck> checks = report.layers();
    assertEquals(costs.layers().size(), checks.size());
    for (int i = 0; i < checks.size(); i++) {
      final LayerCost cost = costs.layers().get(i);
      assertEquals(cost.exchanges(), checks.get(i).exchanges(), cost.name());
      assertEquals(
          cost.onlineBytesPerDirection(), checks.get(i).onlineBytesPerDirection(), cost.name());
      assertEquals(cost.offlineBytes(), checks.get(i).correctionBytes(), cost.name());
    }
    assertEquals(costs.exchanges(), report.exchanges());
    assertEquals(costs.onlineBytesPerDirection(), report.onlineBytesPerDirection());
    assertEquals(costs.offlineBytes(), report.correctionBytes());
    assertEquals(costs.setupBytesPerDirection(), run.setupBytesPerDirection());
  }
}
