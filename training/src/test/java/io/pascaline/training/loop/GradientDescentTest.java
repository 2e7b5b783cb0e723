// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import static io.pascaline.training.loop.OptimiserSettings.Schedule.COSINE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss is half the sum of squares, whose gradient is the weight itself. */
@Timeout(60)
class GradientDescentTest {
  private static final float[] START = {1, -2, 0.5f, 4};

  @ParameterizedTest(name = "nesterov {0}")
  @ValueSource(booleans = {false, true})
  void shouldFollowItsDefinition(boolean nesterov) {
    OptimiserSettings settings =
        new OptimiserSettings(0.1f, COSINE, 0, 0.9f, nesterov, 0.01f, 3, 0);
    double[] weight = {1, -2, 0.5, 4};
    double[] velocity = new double[4];
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter parameter = parameter(manager, Parameter.Type.WEIGHT);
      GradientDescent descent = descent(settings, parameter, manager);
      for (int step = 0; step < 5; step++) {
        double norm = 0;
        for (double w : weight) {
          norm += w * w;
        }
        norm = Math.sqrt(norm);
        double shortening = norm > 3 ? 3 / norm : 1;
        for (int i = 0; i < 4; i++) {
          double gradient = weight[i] * shortening + 0.01 * weight[i];
          velocity[i] = 0.9 * velocity[i] + gradient;
          weight[i] -= 0.1 * (nesterov ? gradient + 0.9 * velocity[i] : velocity[i]);
        }
        backward(parameter);
        // Some ten roundings a step of numbers up to 4.
        assertEquals(norm, descent.step(manager, 0.1f), 4 * 50 * Math.ulp(4f));
      }
      float[] found = parameter.getArray().toFloatArray();
      for (int i = 0; i < 4; i++) {
        assertEquals(weight[i], found[i], 50 * Math.ulp(4f), "at " + i);
      }
    }
  }

  @Test
  void shouldNotDecayBiases() {
    OptimiserSettings settings =
        new OptimiserSettings(0.1f, COSINE, 0, 0, false, 0.5f, Double.POSITIVE_INFINITY, 0);
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter bias = parameter(manager, Parameter.Type.BIAS);
      GradientDescent descent = descent(settings, bias, manager);
      backward(bias);
      descent.step(manager, 0.5f);

      assertArrayEquals(
          new float[] {0.5f, -1, 0.25f, 2}, bias.getArray().toFloatArray(), Math.ulp(4f));
    }
  }

  @Test
  void shouldNotMoveAlongAGradientThatIsNotFinite() {
    OptimiserSettings settings =
        new OptimiserSettings(0.1f, COSINE, 0, 0.9f, false, 0, Double.POSITIVE_INFINITY, 0);
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter parameter = parameter(manager, Parameter.Type.WEIGHT);
      GradientDescent descent = descent(settings, parameter, manager);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray infinite = manager.create(Float.POSITIVE_INFINITY);
        collector.backward(parameter.getArray().mul(infinite).sum());
      }

      assertTrue(Double.isInfinite(descent.step(manager, 0.1f)));
      assertArrayEquals(START, parameter.getArray().toFloatArray(), 0f);
    }
  }

  private static GradientDescent descent(
      OptimiserSettings settings, Parameter parameter, NDManager manager) {
    PairList<String, Parameter> parameters = new PairList<>();
    parameters.add("only", parameter);
    return new GradientDescent(settings, parameters, manager);
  }

  private static Parameter parameter(NDManager manager, Parameter.Type type) {
    Initializer start = (owner, shape, dataType) -> owner.create(START, shape);
    Parameter parameter =
        Parameter.builder()
            .setName("only")
            .setType(type)
            .optShape(new Shape(START.length))
            .optInitializer(start)
            .build();
    parameter.initialize(manager, DataType.FLOAT32);
    return parameter;
  }

  private static void backward(Parameter parameter) {
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray weight = parameter.getArray();
      NDArray half = weight.getManager().create(0.5f);
      collector.backward(weight.mul(weight).sum().mul(half));
    }
  }
}
