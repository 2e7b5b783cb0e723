// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class BlendedActivationTest {
  private static final double RANGE = 5;

  /** Long enough for the threads to share it, and of no round length. */
  private static final int COUNT = 100_003;

  @ParameterizedTest(name = "{0} blended at {1}, seed {2}")
  @CsvSource({
    "poly4, 1, 1",
    "poly4, 0.3, 2",
    "poly4, 0, 3",
    "poly2, 1, 4",
    "trig2, 1, 5",
    "trig3, 0.6, 6"
  })
  void shouldHaveTheFunctionsValuesAndDerivatives(String name, double blend, long seed) {
    ActivationFamily family = ActivationFamily.of(name);
    SplittableRandom random = new SplittableRandom(seed);
    float[] inputs = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      inputs[i] = (float) random.nextDouble(-9, 9);
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(inputs);
      x.setRequiresGradient(true);
      float[] values;
      float[] gradients;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray y = GraphNetwork.activation(family, family.range()).apply(x, blend);
        values = y.toFloatArray();
        collector.backward(y.sum());
        gradients = x.getGradient().toFloatArray();
      }

      for (int i = 0; i < COUNT; i += 7) {
        double at = inputs[i];
        // Sums of at most ten terms below 20, each rounded to a float a few times.
        assertEquals(expected(family, at, blend), values[i], 2e-5, "f(" + at + ")");
        double step = 1e-4;
        double slope =
            (expected(family, at + step, blend) - expected(family, at - step, blend)) / (2 * step);
        // The third derivative is below 2, and the kinks at 0 and the ends are left out.
        if (Math.abs(at) > step && Math.abs(Math.abs(at) - RANGE) > step) {
          assertEquals(slope, gradients[i], 1e-5, "f'(" + at + ")");
        }
      }
    }
  }

  /** In double; beyond its range a polynomial goes on along its tangent. */
  private static double expected(ActivationFamily family, double x, double blend) {
    double inside = Math.min(Math.max(x, -family.range()), family.range());
    double value = family.basis().orElseThrow().value(inside);
    if (family instanceof ActivationFamily.Polynomial polynomial && inside != x) {
      double[] c = polynomial.polynomial().coefficients();
      double slope = 0;
      for (int k = c.length - 1; k > 0; k--) {
        slope = slope * inside + k * c[k];
      }
      value += slope * (x - inside);
    }
    return (1 - blend) * Math.max(0, x) + blend * value;
  }
}
