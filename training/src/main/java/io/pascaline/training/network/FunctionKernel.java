// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import io.pascaline.layers.graph.ScalarFunction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Any function of an element, by a table of its values at all multiples of 2^-10 up to {@value
 * #REACH} and straight lines between them: a smooth function with a second derivative below 1 is
 * off by at most 1.2e-7, and one whose breaks are among the multiples by rounding alone. The
 * derivative is that of the lines, which differs by at most 5e-4. Beyond the table the function
 * itself is evaluated, which takes far longer.
 */
final class FunctionKernel implements ActivationKernel {
  private static final int REACH = 16;
  private static final int STEPS_PER_UNIT = 1 << 10;
  private static final int ORIGIN = REACH * STEPS_PER_UNIT;
  private static final Map<ScalarFunction, Lines> LINES = new ConcurrentHashMap<>();

  private final ScalarFunction function;
  private final float[] starts;
  private final float[] slopes;

  /** The lines by their values where they begin, and by their slopes. */
  private record Lines(float[] starts, float[] slopes) {}

  FunctionKernel(ScalarFunction function) {
    Lines lines = LINES.computeIfAbsent(function, FunctionKernel::lines);
    this.function = function;
    this.starts = lines.starts();
    this.slopes = lines.slopes();
  }

  private static Lines lines(ScalarFunction function) {
    float[] starts = new float[2 * ORIGIN];
    float[] slopes = new float[2 * ORIGIN];
    double value = function.value(-REACH);
    for (int i = 0; i < starts.length; i++) {
      double next = function.value((i + 1.0 - ORIGIN) / STEPS_PER_UNIT);
      starts[i] = (float) value;
      slopes[i] = (float) ((next - value) * STEPS_PER_UNIT);
      value = next;
    }
    return new Lines(starts, slopes);
  }

  @Override
  public void slopes(float[] x, float[] out, int count) {
    for (int i = 0; i < count; i++) {
      int line = (int) Math.floor(x[i] * STEPS_PER_UNIT) + ORIGIN;
      if (line >= 0 && line < slopes.length) {
        out[i] = slopes[line];
      } else {
        double width = 1.0 / STEPS_PER_UNIT;
        double at = x[i];
        out[i] = (float) ((function.value(at + width) - function.value(at)) / width);
      }
    }
  }

  @Override
  public void values(float[] x, float[] out, int count) {
    for (int i = 0; i < count; i++) {
      float place = x[i] * STEPS_PER_UNIT;
      float floor = (float) Math.floor(place);
      int line = (int) floor + ORIGIN;
      if (line >= 0 && line < starts.length) {
        out[i] = starts[line] + (place - floor) / STEPS_PER_UNIT * slopes[line];
      } else {
        out[i] = (float) function.value(x[i]);
      }
    }
  }
}
