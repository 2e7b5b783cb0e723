// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangePenaltyTest {

  @ParameterizedTest(name = "exponent {0}")
  @ValueSource(ints = {2, 4, 6, 8, 10, 12})
  void shouldBeTheMeanPower(int exponent) {
    SplittableRandom random = new SplittableRandom(5);
    float[] inputs = new float[300];
    double expected = 0;
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) random.nextDouble(-6, 6);
      expected += Math.pow(inputs[i] / 4.8, exponent) / inputs.length;
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      RangePenalty.Charge charge =
          new RangePenalty(4.8, exponent).of(manager.create(inputs, new Shape(3, 100)));
      float penalty = charge.carrier().getFloat() / exponent;
      float largest = 0;
      for (float input : inputs) {
        largest = Math.max(largest, Math.abs(input));
      }

      // All terms are positive: a relative error of one rounding per product and per sum.
      assertEquals(expected, penalty, expected * (exponent + inputs.length) * Math.ulp(1f));
      assertEquals(largest, charge.largest(), 0f);
    }
  }

  @ParameterizedTest(name = "exponent {0}")
  @ValueSource(ints = {2, 4, 6, 8, 10, 12})
  void shouldHaveThePowersGradient(int exponent) {
    float[] inputs = {-6, -4.8f, -1, 0, 0.5f, 4.8f, 5.5f};
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray array = manager.create(inputs);
      array.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(new RangePenalty(4.8, exponent).of(array).carrier());
      }
      float[] gradient = array.getGradient().toFloatArray();
      for (int i = 0; i < inputs.length; i++) {
        double expected = exponent * Math.pow(inputs[i] / 4.8, exponent - 1) / 4.8 / inputs.length;
        // One rounding per product.
        assertEquals(
            expected, gradient[i], Math.abs(expected) * 2 * exponent * Math.ulp(1f), "at " + i);
      }
    }
  }

  @Test
  void shouldTellOfValuesThatAreNotNumbers() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray array = manager.create(new float[] {1, Float.NaN, -3});

      assertTrue(Float.isNaN(new RangePenalty(4.8, 4).of(array).largest()));
    }
  }

  @Test
  void shouldRaiseItsExponentAndStayAtTen() {
    PenaltySchedule schedule = new PenaltySchedule(4.8, 1);

    assertEquals(4, schedule.penalty(0).exponent());
    assertEquals(6, schedule.penalty(1).exponent());
    assertEquals(10, schedule.penalty(3).exponent());
    assertEquals(10, schedule.penalty(40).exponent());
  }

  @Test
  void shouldHoldTheTaskBackInTheFirstEpochOnly() {
    PenaltySchedule schedule = new PenaltySchedule(4.8, 1);

    assertEquals(0.1, schedule.taskWeight(0, 0), 1e-12);
    assertEquals(0.55, schedule.taskWeight(0, 0.5), 1e-12);
    assertEquals(1, schedule.taskWeight(1, 0), 0);
  }

  @Test
  void shouldRefuseAnOddExponent() {
    assertThrows(IllegalArgumentException.class, () -> new RangePenalty(4.8, 5));
  }
}
