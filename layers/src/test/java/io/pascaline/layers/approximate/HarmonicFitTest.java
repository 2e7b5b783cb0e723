// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Applied;
import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Combined;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HarmonicFitTest {
  private static final double RANGE = 8;
  private static final ScalarFunction X = new Argument();

  private static ScalarFunction combined(
      Combination combination, ScalarFunction left, ScalarFunction right) {
    return new Combined(combination, left, right);
  }

  private static ScalarFunction times(double factor, ScalarFunction function) {
    return combined(Combination.MULTIPLY, new Constant(factor), function);
  }

  private static ScalarFunction plus(double summand, ScalarFunction function) {
    return combined(Combination.ADD, new Constant(summand), function);
  }

  private static ScalarFunction function(String name) {
    ScalarFunction sigmoid = times(0.5, plus(1, new Applied(Operation.TANH, times(0.5, X))));
    ScalarFunction relu6 = combined(Combination.MIN, new Constant(6), ScalarFunction.relu());
    return switch (name) {
      case "relu" -> ScalarFunction.relu();
      case "relu6" -> relu6;
      case "hardswish" -> {
        ScalarFunction gate =
            combined(
                Combination.MIN,
                new Constant(6),
                combined(Combination.MAX, new Constant(0), plus(3, X)));
        yield times(1 / 6.0, combined(Combination.MULTIPLY, X, gate));
      }
      case "gelu" -> {
        ScalarFunction cube = combined(Combination.POWER, X, new Constant(3));
        ScalarFunction inner =
            times(Math.sqrt(2 / Math.PI), combined(Combination.ADD, X, times(0.044715, cube)));
        yield times(
            0.5, combined(Combination.MULTIPLY, X, plus(1, new Applied(Operation.TANH, inner))));
      }
      case "silu" -> combined(Combination.MULTIPLY, X, sigmoid);
      case "sigmoid" -> sigmoid;
      case "tanh" -> new Applied(Operation.TANH, X);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** Normal values of deviation 2 within [-8, 8], whose ends are among them. */
  private static InputHistogram normal() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[200_000];
    for (int i = 0; i < values.length; i++) {
      double value = 2 * random.nextGaussian();
      values[i] = (float) Math.max(-RANGE, Math.min(RANGE, value));
    }
    values[0] = (float) RANGE;
    InputHistogram histogram = new InputHistogram(1);
    histogram.add(values);
    return histogram;
  }

  private static HarmonicFit fit(ScalarFunction function) {
    return new HarmonicFit(List.of(function), normal(), 64);
  }

  /**
   * The root of the mean square and the largest error of a line and 4, 6 and 8 harmonics that a
   * model of the fit found, which weighs rare values more. The mean may be a quarter worse and the
   * largest three times as large, but for what the ridge costs: a 1000th of the function's size.
   */
  @ParameterizedTest
  @CsvSource({
    "relu, 0.024, 0.13, 0.016, 0.10, 0.010, 0.07",
    "relu6, 0.044, 0.27, 0.025, 0.14, 0.016, 0.11",
    "hardswish, 0.018, 0.07, 0.010, 0.06, 0.006, 0.06",
    "gelu, 0.008, 0.11, 0.004, 0.08, 0.002, 0.03",
    "silu, 0.007, 0.15, 0.001, 0.01, 0.0001, 0.001",
    "sigmoid, 0.001, 0.02, 0.0001, 0.001, 0, 0",
    "tanh, 0.027, 0.33, 0.004, 0.03, 0.001, 0.02"
  })
  void shouldBeAboutAsGoodAsItsModel(
      String name,
      double rms4,
      double most4,
      double rms6,
      double most6,
      double rms8,
      double most8) {
    HarmonicFit fit = fit(function(name));
    requireAsGood(fit.fit(4, true), name, rms4, most4);
    requireAsGood(fit.fit(6, true), name, rms6, most6);
    requireAsGood(fit.fit(8, true), name, rms8, most8);
  }

  private static void requireAsGood(HarmonicFit.Fit fit, String name, double rms, double most) {
    double ridge = 1e-3 * Math.max(1, function(name).value(RANGE));
    assertTrue(fit.rmsError() <= 1.25 * rms + ridge, name + ": " + fit.rmsError());
    assertTrue(fit.largestError() <= 3 * (most + ridge), name + ": " + fit.largestError());
    assertTrue(fit.function().hasSlope());
  }

  /** Without a slope the sines stand for the line: one more harmonic is about as good. */
  @ParameterizedTest
  @ValueSource(strings = {"relu", "relu6", "hardswish", "gelu", "silu", "sigmoid", "tanh"})
  void shouldNeedNoSlope(String name) {
    HarmonicFit fit = fit(function(name));
    for (int terms = 5; terms <= 9; terms++) {
      HarmonicFit.Fit alone = fit.fit(terms, false);
      double ridge = 1e-3 * Math.max(1, function(name).value(RANGE));

      assertFalse(alone.function().hasSlope());
      assertTrue(alone.rmsError() <= 2 * fit.fit(terms - 1, true).rmsError() + ridge, name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu", "relu6", "hardswish", "gelu", "silu", "sigmoid", "tanh"})
  void shouldKeepAmplitudesNearTheFunctionsSize(String name) {
    HarmonicFit fit = fit(function(name));
    for (int count = 1; count <= 12; count++) {
      double size = Math.max(1, function(name).value(1.25 * RANGE));
      assertTrue(fit.fit(count, true).function().maxValue(0) <= 4 * size, name + " " + count);
      assertTrue(fit.fit(count, false).function().maxValue(0) <= 4 * size, name + " " + count);
    }
  }

  @Test
  void shouldTellAboutTheErrorsOfItsFits() {
    HarmonicFit fit = fit(ScalarFunction.relu());
    for (int k = 1; k <= 8; k++) {
      assertEquals(fit.expectedError(k, false), fit.fit(k, false).rmsError(), 1e-9);
    }
  }

  /** The error that is told is that of the function, whatever the channel's range. */
  @Test
  void shouldFitEachChannelToItsOwnRange() {
    SplittableRandom random = new SplittableRandom(2);
    int plane = 20_000;
    float[] values = new float[3 * plane];
    double[] deviations = {0.01, 1, 2.5};
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviations[i / plane] * random.nextGaussian());
    }
    InputHistogram histogram = new InputHistogram(3);
    histogram.add(values);
    HarmonicFit.Fit fit =
        new HarmonicFit(List.of(ScalarFunction.relu()), histogram, 128).fit(6, false);
    double all = 0;
    for (int channel = 0; channel < 3; channel++) {
      double squares = 0;
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        double error = fit.function().value(channel, values[i], 128) - Math.max(0, values[i]);
        squares += error * error / plane;
      }
      // The worst fit of a kink that the harmonics can resolve.
      assertTrue(Math.sqrt(squares) <= 0.03 * deviations[channel], "channel " + channel);
      all += squares / 3;
    }
    // Bins have a width, in which the kink is one point.
    assertEquals(Math.sqrt(all), fit.rmsError(), 0.2 * fit.rmsError());
  }

  /**
   * Elements of a vector have as many values as there are calibration inputs. Their ranges are
   * those of values that calibration has not seen, whatever the ranges of other elements; many of
   * them share fits.
   */
  @ParameterizedTest
  @CsvSource({"64, 200, 0.06", "64, 50, 0.08", "1500, 200, 0.06"})
  void shouldFitElementsOfAVectorToTheirOwnRanges(int elements, int count, double most) {
    SplittableRandom random = new SplittableRandom(3);
    InputHistogram histogram = new InputHistogram(elements);
    for (int input = 0; input < count; input++) {
      float[] values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = (float) (deviation(i) * random.nextGaussian());
      }
      histogram.add(values);
    }
    HarmonicFunction function =
        new HarmonicFit(List.of(ScalarFunction.relu()), histogram, 1024).fit(8, false).function();
    int fresh = 500;
    double all = 0;
    for (int i = 0; i < elements; i++) {
      for (int k = 0; k < fresh; k++) {
        double x = deviation(i) * random.nextGaussian();
        double error = (function.value(i, x, 1024) - Math.max(0, x)) / deviation(i);
        all += error * error / fresh / elements;
      }
    }
    assertTrue(Math.sqrt(all) <= most, elements + " elements: " + Math.sqrt(all));
  }

  /** From 2^-4 to 2^4. */
  private static double deviation(int element) {
    return Math.scalb(1.0, element % 9 - 4);
  }

  @Test
  void shouldLeaveOutWhereAFunctionIsNotFinite() {
    ScalarFunction root = new Applied(Operation.SQRT, X);
    HarmonicFit.Fit fit = fit(root).fit(6, false);
    assertTrue(Double.isFinite(fit.rmsError()));
    double largest = 0;
    for (int bin = 0; bin < 102; bin++) {
      double x = (2 * bin + 1) * Approximation.FIT_MARGIN / 256 * normal().largest();
      largest = Math.max(largest, Math.abs(fit.function().value(0, x, 64) - Math.sqrt(x)));
    }
    // What the fit does where the function is not finite is no error.
    assertEquals(largest, fit.largestError(), 1e-6);
    ScalarFunction nowhere =
        new Applied(Operation.SQRT, combined(Combination.SUBTRACT, new Constant(-1e3), X));
    assertThrows(IllegalArgumentException.class, () -> fit(nowhere).fit(6, false));
  }

  @Test
  void shouldRefuseWhatDoesNotGoTogether() {
    List<ScalarFunction> two = List.of(X, X);
    InputHistogram three = new InputHistogram(3);
    three.add(new float[] {1, 2, 3});
    assertThrows(IllegalArgumentException.class, () -> new HarmonicFit(two, three, 64));
    assertThrows(IllegalArgumentException.class, () -> new HarmonicFit(List.of(X), three, 4));
  }

  @Test
  void shouldBeTheSameEachTime() {
    HarmonicFunction once = fit(ScalarFunction.relu()).fit(6, false).function();
    assertEquals(once, fit(ScalarFunction.relu()).fit(6, false).function());
  }
}
