package io.pascaline.training.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.Test;

class PolynomialActivationTest {
  private static final PolynomialActivation ACTIVATION = PolynomialActivation.PILLAR_RELU;
  private static final float[] POINTS = {-9, -5, -4.5f, -1, -0.25f, 0, 0.5f, 2, 5, 6};

  @Test
  void shouldStayNearReluWithinItsRange() {
    double largest = 0;
    for (int i = -5000; i <= 5000; i++) {
      double x = i / 1000.0;
      largest = Math.max(largest, Math.abs(ACTIVATION.value(x) - Math.max(x, 0)));
    }
    assertEquals(ACTIVATION.value(0), largest, 0, "the largest distance is the one at 0");
    assertTrue(largest < 0.315, "largest distance " + largest);
  }

  @Test
  void shouldGiveTensorsTheValuesOfTheFormula() {
    try (NDManager manager = NDManager.newBaseManager()) {
      float[] values = ACTIVATION.apply(manager.create(POINTS), false).toFloatArray();

      for (int i = 0; i < POINTS.length; i++) {
        assertEquals(ACTIVATION.value(POINTS[i]), values[i], roundingBound(POINTS[i]));
      }
    }
  }

  @Test
  void shouldClipToItsRangeOnlyWhenAsked() {
    try (NDManager manager = NDManager.newBaseManager()) {
      float[] values = ACTIVATION.apply(manager.create(POINTS), true).toFloatArray();

      assertEquals(ACTIVATION.value(-5), values[0], roundingBound(5));
      assertEquals(ACTIVATION.value(5), values[9], roundingBound(5));
    }
  }

  /**
   * A direct buffer that is let go of between the passes would be reused by the buffers created
   * here, and the gradient with it.
   */
  @Test
  void shouldKeepItsGradientThroughAGarbageCollection() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(new float[] {-2, 0, 1, 7});
      x.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray sum = ACTIVATION.apply(x, true).sum();
        System.gc();
        for (int i = 0; i < 1000; i++) {
          manager.create(1e9f).close();
        }
        collector.backward(sum);
      }
      // Derivative c1 + 2 c2 x + 4 c4 x^3; nothing flows where the input is clipped.
      assertArrayEquals(
          new float[] {
            (float) (0.5 - 0.625 + 32 * 0.00292969),
            0.5f,
            (float) (0.5 + 0.3125 - 4 * 0.00292969),
            0
          },
          x.getGradient().toFloatArray(),
          1e-5f);
    }
  }

  @Test
  void shouldRefuseALeadingZero() {
    assertThrows(IllegalArgumentException.class, () -> new PolynomialActivation(5, 0.5, 1, 0));
  }

  /** Horner's rule: two roundings a degree, each of at most the sum of the terms' magnitudes. */
  private static double roundingBound(double x) {
    double magnitude = 0;
    double power = 1;
    for (double coefficient : ACTIVATION.coefficients()) {
      magnitude += Math.abs(coefficient) * power;
      power *= Math.abs(x);
    }
    int roundings = 2 * ACTIVATION.coefficients().length;
    return roundings * magnitude * Math.ulp(1f);
  }
}
