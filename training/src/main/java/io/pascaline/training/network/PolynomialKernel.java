package io.pascaline.training.network;

/** Tangents of a polynomial; points beyond its range get the tangent at the range's end. */
final class PolynomialKernel implements TangentKernel {
  /** Coefficients of the derivative, lowest degree first. */
  private final float[] slopes;

  /** Coefficients of {@code p(x) - x p'(x)}, lowest degree first. */
  private final float[] intercepts;

  private final float range;

  PolynomialKernel(double[] coefficients, double range) {
    slopes = new float[coefficients.length - 1];
    intercepts = new float[coefficients.length];
    for (int k = 0; k < coefficients.length; k++) {
      if (k > 0) {
        slopes[k - 1] = (float) (k * coefficients[k]);
      }
      intercepts[k] = (float) ((1 - k) * coefficients[k]);
    }
    this.range = (float) range;
  }

  @Override
  public void tangents(float[] x, float[] slope, float[] intercept, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Math.min(Math.max(x[i], -range), range);
    }
    horner(slopes, x, slope, count);
    horner(intercepts, x, intercept, count);
  }

  private static void horner(float[] coefficients, float[] x, float[] out, int count) {
    final int last = coefficients.length - 1;
    if (last == 0) {
      java.util.Arrays.fill(out, 0, count, coefficients[0]);
      return;
    }
    final float top = coefficients[last];
    final float next = coefficients[last - 1];
    for (int i = 0; i < count; i++) {
      out[i] = top * x[i] + next;
    }
    for (int k = last - 2; k >= 0; k--) {
      final float coefficient = coefficients[k];
      for (int i = 0; i < count; i++) {
        out[i] = out[i] * x[i] + coefficient;
      }
    }
  }
}
