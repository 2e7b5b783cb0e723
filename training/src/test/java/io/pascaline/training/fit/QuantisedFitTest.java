// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantisedFitTest {
  private static final DoubleUnaryOperator RELU = x -> Math.max(x, 0);

  @Test
  void shouldGiveThePublishedCoefficients() {
    double[] published = TargetFunction.RELU.published(5, 4).orElseThrow();
    double[] fitted =
        QuantisedFit.solve(
            new FitProblem(TargetFunction.RELU, 5, 4, 10, FitProblem.PUBLISHED_LIMIT));

    for (int power = 0; power <= 4; power++) {
      // They are published cut off after eight decimals.
      assertEquals(published[power], fitted[power], 1e-8);
      assertEquals(Math.rint(published[power] * 1024) / 1024, fitted[power]);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void shouldBeatEveryOtherPolynomialOnTheGrid(TargetFunction function) {
    for (double limit : new double[] {0.5, 0.25, 0.125}) {
      FitProblem problem = new FitProblem(function, 2, 2, 4, limit);
      double found = squaredError(function, 2, QuantisedFit.solve(problem));
      double least = Double.POSITIVE_INFINITY;
      long largest = problem.largest();
      for (long a = -largest; a <= largest; a++) {
        for (long b = -largest; b <= largest; b++) {
          for (long c = -largest; c <= largest; c++) {
            double[] candidate = {a / 16.0, b / 16.0, c / 16.0};
            least = Math.min(least, squaredError(function, 2, candidate));
          }
        }
      }
      // The fit's integrals and this sum differ by the sum's own error.
      assertEquals(least, found, 1e-4 * least, function + " with limit " + limit);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void shouldKeepTheLimitAtEveryDegree(TargetFunction function) {
    for (int degree = 1; degree <= 9; degree++) {
      double[] fitted =
          QuantisedFit.solve(new FitProblem(function, 5, degree, 12, FitProblem.PUBLISHED_LIMIT));
      for (double coefficient : fitted) {
        assertTrue(Math.abs(coefficient) <= 0.5, function + " of degree " + degree);
        assertEquals(Math.rint(coefficient * 4096), coefficient * 4096, function.toString());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // Values of the functions at 1, to the accuracy that tables give.
    "RELU, 1",
    "GELU, 0.8413447460685429",
    "SILU, 0.7310585786300049",
    "SIGMOID, 0.7310585786300049",
    "TANH, 0.7615941559557649"
  })
  void shouldKnowItsFunctions(TargetFunction function, double atOne) {
    assertEquals(atOne, function.applyAsDouble(1), 2e-16);
  }

  @Test
  void shouldMeasureTheErrorOfAConstant() {
    // |x| on [-1, 1] against 1/2: largest 1/2, mean 1/4, mean square 1/12.
    FitError error = FitError.of(Math::abs, 1, new double[] {0.5});

    assertEquals(0.5, error.largest(), 1e-12);
    assertEquals(0.25, error.mean(), 1e-8);
    assertEquals(Math.sqrt(1.0 / 12), error.rootMeanSquare(), 1e-8);
  }

  @Test
  void shouldRefuseAFunctionThatIsNotFinite() {
    assertThrows(
        IllegalArgumentException.class,
        () -> QuantisedFit.solve(new FitProblem(x -> 1 / x, 1, 2, 10, 0.5)));
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
    double[] real = QuantisedFit.real(RELU, 5, 4);
    double[] rounded = real.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Math.rint(rounded[i] * 1024) / 1024;
    }

    double exact = squaredError(RELU, 5, QuantisedFit.coefficients(RELU, 5, 4, 10));

    assertTrue(exact < squaredError(RELU, 5, rounded), exact + " is not below");
    assertTrue(exact >= squaredError(RELU, 5, real), exact + " is too good");
  }

  @Test
  void shouldRefuseADegreeOfZero() {
    assertThrows(IllegalArgumentException.class, () -> QuantisedFit.coefficients(RELU, 5, 0, 10));
  }

  private static double squaredError(
      DoubleUnaryOperator function, double bound, double[] coefficients) {
    double sum = 0;
    for (int i = -500; i <= 500; i++) {
      double x = bound * i / 500.0;
      double error = FitError.value(coefficients, x) - function.applyAsDouble(x);
      sum += (Math.abs(i) == 500 ? 0.5 : 1) * error * error;
    }
    return sum;
  }
}
