// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.HarmonicSample;
import io.pascaline.layers.compile.ProductSample;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.layers.plan.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks mean and cost what their plans say, whoever knows the weights. */
class VisibilityRunTest {
  private static final int WORD = Integer.BYTES;

  static Stream<Arguments> networks() {
    List<FusedNetwork> networks = new ArrayList<>();
    for (SampleNetwork sample : SampleNetwork.values()) {
      networks.add(sample.compiled(3));
    }
    networks.add(HarmonicSample.of(SampleNetwork.values()[0].compiled(3), 3));
    networks.add(ProductSample.of(3));
    return networks.stream()
        .flatMap(
            network ->
                Stream.of(Visibility.values())
                    .map(visibility -> Arguments.of(network, visibility)));
  }

  private static float[] input(FusedNetwork network, SplittableRandom random) {
    float[] input = new float[network.plan().inputShape().elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) (2 * random.nextDouble() - 1);
    }
    return input;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("networks")
  void shouldAgreeWithTheMeaningOfTheSharedNetworkInEveryLayer(
      FusedNetwork network, Visibility visibility) {
    FusedNetwork chosen = network.with(visibility);
    FusedEvaluator evaluator = new FusedEvaluator(network);
    LocalRun run = LocalRun.of(chosen);
    SplittableRandom random = new SplittableRandom(11);
    for (int n = 0; n < 3; n++) {
      int[] words = network.plan().encodeInput(input(network, random));

      LocalReport report = run.run(words);

      assertTrue(report.ok(), report.toString());
      for (LayerCheck check : report.layers()) {
        if (network.plan().layers().get(check.layer()) instanceof FusedLinearLayer) {
          assertEquals(0, check.largestDeviation());
        }
      }
      assertArrayEquals(evaluator.run(words), new FusedEvaluator(chosen).run(words));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("networks")
  void shouldCostWhatThePlanSaysInBothDirections(FusedNetwork network, Visibility visibility) {
    FusedNetwork chosen = network.with(visibility);
    PlanCosts costs = chosen.plan().costs();
    LocalRun run = LocalRun.of(chosen);

    LocalReport report = run.run(input(network, new SplittableRandom(12)));

    for (LayerCheck check : report.layers()) {
      LayerCost cost = costs.layers().get(check.layer());
      assertEquals(cost.rounds(), check.rounds(), cost.name());
      assertEquals(cost.online(), check.online(), cost.name());
      assertEquals(cost.advanceBytes(), check.advanceBytes(), cost.name());
      assertEquals(cost.offlineBytes(), check.correctionBytes(), cost.name());
    }
    assertEquals(costs.rounds(), report.rounds());
    assertEquals(costs.offlineBytes(), report.correctionBytes());
    for (int party = 0; party < 2; party++) {
      assertEquals(costs.online().by(party), report.onlineBytes(party));
      assertEquals(costs.setup().by(party), run.setupBytes(party));
    }
  }

  /** From the published formulas, not from the steps. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("networks")
  void shouldCostWhatTheFormulasOfTheVisibilitySay(FusedNetwork network, Visibility visibility) {
    PlanCosts shared = network.plan().costs();
    PlanCosts costs = network.with(visibility).plan().costs();
    for (PlanLayer layer : network.plan().layers()) {
      LayerCost before = shared.layers().get(layer.id());
      LayerCost after = costs.layers().get(layer.id());
      if (!(layer instanceof FusedLinearLayer linear)) {
        assertEquals(before.offlineBytes(), after.offlineBytes());
        assertEquals(before.rounds(), after.rounds());
        assertEquals(before.online().byParty0(), after.online().byParty0());
        assertOneOf(before.online().byParty1(), after);
        continue;
      }
      long input = (long) WORD * linear.map().inputShape().elementCount();
      long output = (long) WORD * linear.map().outputShape().elementCount();
      long weights = (long) WORD * linear.map().weightShape().elementCount();
      switch (visibility) {
        case SHARED -> {
          assertEquals(1, after.rounds());
          assertEquals(new SentBytes(input, input), after.online());
          assertEquals(new SentBytes(weights, weights), after.setup());
          assertEquals(output, after.offlineBytes());
        }
        case OWNED -> {
          assertEquals(0, after.online().byParty0());
          assertOneOf(input, after);
          assertEquals(after.advanceBytes() > 0 ? 0 : 1, after.rounds());
          assertEquals(new SentBytes(weights, 0), after.setup());
          assertEquals(output, after.offlineBytes());
          assertEquals(0, after.openings(0));
          assertEquals(after.rounds(), after.openings(1));
        }
        case PUBLIC -> {
          assertEquals(0, after.rounds());
          assertEquals(new SentBytes(0, 0), after.online());
          assertEquals(new SentBytes(0, 0), after.setup());
          assertEquals(0, after.offlineBytes());
        }
        default -> throw new IllegalStateException("no such visibility");
      }
    }
    long bothReceive = costs.offlineBytesOfTwo(0) + costs.offlineBytesOfTwo(1);
    assertEquals(2 * costs.offlineBytes(), bothReceive);
    assertEquals(
        visibility == Visibility.OWNED ? 0 : costs.offlineBytes(), costs.offlineBytesOfTwo(1));
  }

  /** Party 1 sends all of an opening in the online phase, or all of it in the offline phase. */
  private static void assertOneOf(long bytes, LayerCost cost) {
    assertEquals(bytes, cost.online().byParty1() + cost.advanceBytes(), cost.name());
    assertTrue(cost.advanceBytes() == 0 || cost.advanceBytes() == bytes, cost.name());
  }

  /** A wrong weight shows in its own layer, whoever knows it. */
  @Test
  void shouldNameTheLayerWhoseWeightIsWrong() {
    FusedNetwork network = SampleNetwork.ODD_POOL.compiled(2);
    int count = network.plan().layers().size();
    for (Visibility visibility : Visibility.values()) {
      for (PlanLayer wrong : network.plan().layers()) {
        if (!(wrong instanceof FusedLinearLayer)) {
          continue;
        }
        int[][] weights = new int[count][];
        int[][] biases = new int[count][];
        for (int id = 0; id < count; id++) {
          weights[id] = network.weights(id);
          biases[id] = network.biasOrNull(id);
        }
        weights[wrong.id()] = weights[wrong.id()].clone();
        weights[wrong.id()][weights[wrong.id()].length / 2] += 1 << 16;
        FusedNetwork other = new FusedNetwork(network.plan(), weights, biases).with(visibility);

        LocalReport report =
            LocalRunTest.keyed(network.with(visibility), other, 2)
                .run(input(network, new SplittableRandom(2)));

        assertEquals(wrong.id(), report.firstDivergence().orElseThrow().layer());
      }
    }
  }
}
