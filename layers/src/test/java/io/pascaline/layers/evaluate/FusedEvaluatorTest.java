// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.RangeViolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FusedEvaluatorTest {
  /** Doubles in the reference and in folded weights; far below a unit of any tensor. */
  private static final double DOUBLE_ROUNDING = 1e-9;

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldFollowTheRealNetworkWithinTheRoundingOfItsWords(SampleNetwork sample) {
    for (long seed = 0; seed < 8; seed++) {
      NetworkGraph graph = sample.sketch(seed);
      FusedNetwork network = sample.compiled(seed);
      FusedEvaluator evaluator = new FusedEvaluator(network);
      double unit = Math.scalb(network.plan().outputScale(), -network.plan().outputFractionBits());

      for (float[] input : sample.inputs(seed, 4)) {
        double[] real = DoubleReference.run(graph, input);
        float[] actual = evaluator.infer(input);
        double[] bound = QuantisationBound.ulps(network, evaluator.encodeInput(input));
        for (int i = 0; i < real.length; i++) {
          double allowed = bound[i] * unit + Math.ulp(actual[i]) + DOUBLE_ROUNDING;
          assertEquals(real[i], actual[i], allowed, "seed " + seed + ", output " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldFindNoViolationOnCalibratedInputs(SampleNetwork sample) {
    FusedEvaluator evaluator = new FusedEvaluator(sample.compiled(3));

    for (float[] input : sample.inputs(3, 16)) {
      assertEquals(0, evaluator.audit(evaluator.encodeInput(input)).violations().size());
    }
  }

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldNameTheFirstLayerWhoseRangeIsLeft(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(4);
    FusedEvaluator evaluator = new FusedEvaluator(network);
    float[] input = sample.inputs(4, 1).get(0);
    for (int i = 0; i < input.length; i++) {
      input[i] *= 100;
    }

    RangeAudit audit = evaluator.audit(evaluator.encodeInput(input));

    RangeViolation first = audit.violations().get(0);
    PlanLayer layer = network.plan().layers().get(0);
    assertEquals(layer.id(), first.layer());
    assertEquals(layer.name(), first.name());
    assertTrue(first.elementCount() > 0);
    assertTrue(first.largest() >= first.bound());
    boolean unbounded = false;
    for (double error : audit.outputErrorUlps()) {
      unbounded |= error == Double.POSITIVE_INFINITY;
    }
    assertTrue(unbounded, "a result outside the range cannot have an error bound");
  }

  @Test
  void shouldRefuseInputsThatNoWordHolds() {
    FusedEvaluator evaluator = new FusedEvaluator(SampleNetwork.ODD_POOL.compiled(1));
    float[] input = SampleNetwork.ODD_POOL.inputs(1, 1).get(0);
    float[] tooLarge = input.clone();
    tooLarge[2] = 1 << 18;
    float[] notANumber = input.clone();
    notANumber[2] = Float.NaN;

    assertThrows(IllegalArgumentException.class, () -> evaluator.encodeInput(tooLarge));
    assertThrows(IllegalArgumentException.class, () -> evaluator.encodeInput(notANumber));
    assertThrows(IllegalArgumentException.class, () -> evaluator.encodeInput(new float[3]));
    assertThrows(IllegalArgumentException.class, () -> evaluator.run(new int[3]));
  }

  @Test
  void shouldLeaveItsInputAlone() {
    FusedEvaluator evaluator = new FusedEvaluator(SampleNetwork.RESIDUAL.compiled(1));
    int[] words = evaluator.encodeInput(SampleNetwork.RESIDUAL.inputs(1, 1).get(0));
    int[] before = words.clone();

    int[] once = evaluator.run(words);

    assertArrayEquals(before, words);
    assertArrayEquals(once, evaluator.run(words));
  }
}
