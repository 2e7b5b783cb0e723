// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.StandardFunctions;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FunctionKernelTest {
  private static final long SEED = 20261129;

  /** Beyond the table's reach as well. */
  private static final double REACH = 20;

  private static final int COUNT = 20_000;
  private static final double STEP = 1.0 / 1024;

  /** Of all standard functions; those of HardSwish at its breaks are none. */
  private static final double LARGEST_SECOND_DERIVATIVE = 1;

  /** Where functions that are not smooth have breaks. */
  private static final Set<Double> BREAKS = Set.of(-3.0, 0.0, 3.0, 6.0);

  static Stream<String> names() {
    return StandardFunctions.all().keySet().stream();
  }

  @ParameterizedTest(name = "{0}, seed " + SEED)
  @MethodSource("names")
  void shouldHaveTheFunctionsValuesAndDerivatives(String name) {
    ScalarFunction function = StandardFunctions.of(name);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] x = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      x[i] = (float) random.nextDouble(-REACH, REACH);
    }
    float[] values = new float[COUNT];
    float[] slopes = new float[COUNT];
    FunctionKernel kernel = new FunctionKernel(function);
    kernel.values(x.clone(), values, COUNT);
    kernel.slopes(x.clone(), slopes, COUNT);

    for (int i = 0; i < COUNT; i++) {
      double at = x[i];
      // A line between two points is off by an eighth of the squared distance times the second
      // derivative; float rounds its start, its slope, their product and their sum.
      double tolerance = STEP * STEP / 8 * LARGEST_SECOND_DERIVATIVE + 4 * Math.ulp((float) at);
      assertEquals(function.value(at), values[i], tolerance, name + "(" + at + ")");
      if (BREAKS.stream().noneMatch(end -> Math.abs(at - end) <= 2 * STEP)) {
        double slope = (function.value(at + STEP) - function.value(at - STEP)) / (2 * STEP);
        // Half a step to each side, and what float rounds.
        assertEquals(slope, slopes[i], STEP * LARGEST_SECOND_DERIVATIVE, name + "'(" + at + ")");
      }
    }
  }
}
