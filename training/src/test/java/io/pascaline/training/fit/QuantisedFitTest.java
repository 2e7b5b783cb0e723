package io.pascaline.training.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantisedFitTest {
  private static final DoubleUnaryOperator RELU = x -> Math.max(x, 0);

  @Test
  void shouldGiveTheActivationsCoefficients() {
    // The activation has them cut off after eight decimals.
    assertArrayEquals(
        ReplaceRelu.POLY4.coefficients(), QuantisedFit.coefficients(RELU, 5, 4, 10), 1e-8);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldReproduceAPolynomial(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] expected = new double[6];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = random.nextInt(-50, 50) / 64.0;
    }
    DoubleUnaryOperator polynomial =
        x -> {
          double sum = 0;
          for (int i = expected.length - 1; i >= 0; i--) {
            sum = sum * x + expected[i];
          }
          return sum;
        };

    assertArrayEquals(expected, QuantisedFit.coefficients(polynomial, 2, 5, 6), 0, "seed " + seed);
  }

  @Test
  void shouldBeatRoundingAllAtOnce() {
    double[] fine = QuantisedFit.coefficients(RELU, 5, 4, 40);
    double[] rounded = fine.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Math.rint(rounded[i] * 1024) / 1024;
    }

    double greedy = squaredError(QuantisedFit.coefficients(RELU, 5, 4, 10));

    assertTrue(greedy < squaredError(rounded), greedy + " and " + squaredError(rounded));
    assertTrue(greedy >= squaredError(fine), greedy + " and " + squaredError(fine));
  }

  @Test
  void shouldRefuseADegreeOfZero() {
    assertThrows(IllegalArgumentException.class, () -> QuantisedFit.coefficients(RELU, 5, 0, 10));
  }

  private static double squaredError(double[] coefficients) {
    PolynomialBasis polynomial = new PolynomialBasis(coefficients);
    double sum = 0;
    for (int i = -5000; i <= 5000; i++) {
      double x = i / 1000.0;
      double error = polynomial.value(x) - RELU.applyAsDouble(x);
      sum += error * error;
    }
    return sum;
  }
}
