// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import java.util.Arrays;

/** A polynomial that goes on along its tangents beyond a range. */
final class PolynomialKernel implements ActivationKernel {
  private final float[] coefficients;

  /** Coefficients of the derivative, lowest degree first. */
  private final float[] derivative;

  private final float range;
  private final float highSlope;
  private final float lowSlope;

  /** A polynomial, lowest degree first; an infinite range is none. */
  PolynomialKernel(double[] doubles, double range) {
    coefficients = new float[doubles.length];
    derivative = new float[doubles.length - 1];
    double high = 0;
    double low = 0;
    for (int k = doubles.length - 1; k >= 0; k--) {
      coefficients[k] = (float) doubles[k];
      if (k > 0) {
        derivative[k - 1] = (float) (k * doubles[k]);
        high = high * range + k * doubles[k];
        low = -low * range + k * doubles[k];
      }
    }
    this.range = (float) range;
    this.highSlope = (float) high;
    this.lowSlope = (float) low;
  }

  @Override
  public void slopes(float[] x, float[] out, int count) {
    if (range < Float.POSITIVE_INFINITY) {
      for (int i = 0; i < count; i++) {
        x[i] = Math.min(Math.max(x[i], -range), range);
      }
    }
    horner(derivative, x, out, count);
  }

  @Override
  public void values(float[] x, float[] out, int count) {
    if (range == Float.POSITIVE_INFINITY) {
      horner(coefficients, x, out, count);
      return;
    }
    float[] beyond = new float[count];
    float high = highSlope;
    float low = lowSlope;
    for (int i = 0; i < count; i++) {
      float inside = Math.min(Math.max(x[i], -range), range);
      beyond[i] = high * Math.max(x[i] - range, 0) + low * Math.min(x[i] + range, 0);
      x[i] = inside;
    }
    horner(coefficients, x, out, count);
    for (int i = 0; i < count; i++) {
      out[i] += beyond[i];
    }
  }

  private static void horner(float[] coefficients, float[] x, float[] out, int count) {
    int last = coefficients.length - 1;
    Arrays.fill(out, 0, count, coefficients[last]);
    for (int k = last - 1; k >= 0; k--) {
      float coefficient = coefficients[k];
      for (int i = 0; i < count; i++) {
        out[i] = out[i] * x[i] + coefficient;
      }
    }
  }
}
