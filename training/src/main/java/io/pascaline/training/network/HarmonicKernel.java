package io.pascaline.training.network;

import io.pascaline.protocols.activation.TrigonometricBasis;

/**
 * Tangents of a line with harmonics. Sine and cosine of the first harmonic are Taylor polynomials
 * of half the reduced angle, right to about 1e-6; the others follow by Chebyshev's recurrence.
 */
final class HarmonicKernel implements TangentKernel {
  /** Adding and subtracting it rounds a float of magnitude below 2^22 to an integer. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final float[] SINE = taylor(1);
  private static final float[] COSINE = taylor(0);

  private final float constant;
  private final float slope;
  private final float perPeriod;
  private final float[] cosines;
  private final float[] sines;
  private final float frequency;

  HarmonicKernel(TrigonometricBasis basis) {
    constant = (float) basis.constant();
    slope = (float) basis.slope();
    perPeriod = (float) (1 / basis.period());
    frequency = (float) (2 * Math.PI / basis.period());
    cosines = floats(basis.cosines());
    sines = floats(basis.sines());
  }

  private static float[] floats(double[] values) {
    final float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Coefficients of {@code t^2} in sin(t) / t or cos(t). */
  private static float[] taylor(int first) {
    final float[] coefficients = new float[8];
    double factorial = 1;
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] = (float) ((i % 2 == 0 ? 1 : -1) / factorial);
      factorial *= (2.0 * i + 1 + first) * (2.0 * i + 2 + first);
    }
    return coefficients;
  }

  @Override
  public void tangents(float[] x, float[] slopes, float[] intercepts, int count) {
    final float[] sine = new float[count];
    final float[] cosine = new float[count];
    angles(x, sine, cosine, count);
    java.util.Arrays.fill(slopes, 0, count, slope);
    java.util.Arrays.fill(intercepts, 0, count, constant);
    final float[] sineK = sine.clone();
    final float[] cosineK = cosine.clone();
    for (int k = 1; k <= cosines.length; k++) {
      if (k > 1) {
        rotate(sineK, cosineK, sine, cosine, count);
      }
      add(k, sineK, cosineK, slopes, intercepts, count);
    }
    final float line = slope;
    for (int i = 0; i < count; i++) {
      intercepts[i] += x[i] * (line - slopes[i]);
    }
  }

  private void angles(float[] x, float[] sine, float[] cosine, int count) {
    final float scale = perPeriod;
    final float half = (float) Math.PI;
    for (int i = 0; i < count; i++) {
      final float turns = x[i] * scale;
      final float rest = turns - ((turns + ROUNDER) - ROUNDER);
      final float t = half * rest;
      final float q = t * t;
      final float s =
          t
              * ((((((SINE[6] * q + SINE[5]) * q + SINE[4]) * q + SINE[3]) * q + SINE[2]) * q
                          + SINE[1])
                      * q
                  + SINE[0]);
      final float c =
          (((((COSINE[6] * q + COSINE[5]) * q + COSINE[4]) * q + COSINE[3]) * q + COSINE[2]) * q
                      + COSINE[1])
                  * q
              + COSINE[0];
      sine[i] = 2 * s * c;
      cosine[i] = 1 - 2 * s * s;
    }
  }

  private static void rotate(
      float[] sineK, float[] cosineK, float[] sine, float[] cosine, int count) {
    for (int i = 0; i < count; i++) {
      final float s = sineK[i] * cosine[i] + cosineK[i] * sine[i];
      cosineK[i] = cosineK[i] * cosine[i] - sineK[i] * sine[i];
      sineK[i] = s;
    }
  }

  private void add(
      int k, float[] sineK, float[] cosineK, float[] slopes, float[] values, int count) {
    final float a = cosines[k - 1];
    final float b = sines[k - 1];
    final float aw = a * k * frequency;
    final float bw = b * k * frequency;
    for (int i = 0; i < count; i++) {
      slopes[i] += bw * cosineK[i] - aw * sineK[i];
      values[i] += a * cosineK[i] + b * sineK[i];
    }
  }
}
