// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationTest {
  private static final float[] STUDENT = {1, 2, -1, 0.5f, 0, 3};
  private static final float[] TEACHER = {0.5f, 2.5f, -2, 1, 1, -1};

  @ParameterizedTest(name = "temperature {0}")
  @ValueSource(doubles = {1, 2, 4})
  void shouldBeTheCrossEntropyAtTheTemperature(double temperature) {
    double expected = 0;
    for (int row = 0; row < 2; row++) {
      double[] student = softmax(STUDENT, row, temperature);
      double[] teacher = softmax(TEACHER, row, temperature);
      for (int i = 0; i < 3; i++) {
        expected -= teacher[i] * Math.log(student[i]) * temperature * temperature / 2;
      }
    }
    double found =
        value(new Distillation(Distillation.Measure.DIVERGENCE, 1, temperature), STUDENT, TEACHER);
    // Some twenty roundings.
    assertEquals(expected, found, 20 * Math.ulp((float) expected));
  }

  @Test
  void shouldBeTheMeanSquare() {
    double expected = 0;
    for (int i = 0; i < 6; i++) {
      expected += Math.pow(STUDENT[i] - TEACHER[i], 2) / 6;
    }
    assertEquals(
        expected,
        value(new Distillation(Distillation.Measure.SQUARES, 1, 1), STUDENT, TEACHER),
        10 * Math.ulp((float) expected));
  }

  @Test
  void shouldRefuseASillyWeight() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Distillation(Distillation.Measure.SQUARES, 1.5, 1));
  }

  private static double value(Distillation distillation, float[] student, float[] teacher) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray one = manager.create(student, new Shape(2, 3));
      return distillation.of(one, manager.create(teacher, new Shape(2, 3))).getFloat();
    }
  }

  private static double[] softmax(float[] logits, int row, double temperature) {
    double[] parts = new double[3];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      parts[i] = Math.exp(logits[3 * row + i] / temperature);
      sum += parts[i];
    }
    for (int i = 0; i < 3; i++) {
      parts[i] /= sum;
    }
    return parts;
  }
}
