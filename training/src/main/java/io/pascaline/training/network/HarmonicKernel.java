// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import io.pascaline.protocols.activation.TrigonometricBasis;

/**
 * A line with harmonics. Sine and cosine of the first harmonic follow from Taylor polynomials of
 * half the reduced angle, right to about 1e-6; each harmonic's from those of the one before by the
 * addition theorems.
 */
final class HarmonicKernel implements ActivationKernel {
  /** Adding and subtracting it rounds a float of magnitude below 2^22 to an integer. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final float HALF_TURN = (float) Math.PI;

  private static final float S3 = -1 / 6f;
  private static final float S5 = 1 / 120f;
  private static final float S7 = -1 / 5040f;
  private static final float S9 = 1 / 362_880f;
  private static final float S11 = -1 / 39_916_800f;
  private static final float C2 = -1 / 2f;
  private static final float C4 = 1 / 24f;
  private static final float C6 = -1 / 720f;
  private static final float C8 = 1 / 40_320f;
  private static final float C10 = -1 / 3_628_800f;
  private static final float C12 = 1 / 479_001_600f;

  private final float constant;
  private final float slope;
  private final float turnsPerUnit;
  private final float[] cosines;
  private final float[] sines;

  /** Factors of cosine and sine of each harmonic in the derivative. */
  private final float[] cosineSlopes;

  private final float[] sineSlopes;

  HarmonicKernel(TrigonometricBasis basis) {
    constant = (float) basis.constant();
    slope = (float) basis.slope();
    turnsPerUnit = (float) (1 / basis.period());
    double[] a = basis.cosines();
    double[] b = basis.sines();
    cosines = new float[a.length];
    sines = new float[a.length];
    cosineSlopes = new float[a.length];
    sineSlopes = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      double frequency = 2 * Math.PI * (i + 1) / basis.period();
      cosines[i] = (float) a[i];
      sines[i] = (float) b[i];
      cosineSlopes[i] = (float) (b[i] * frequency);
      sineSlopes[i] = (float) (-a[i] * frequency);
    }
  }

  @Override
  public void slopes(float[] x, float[] out, int count) {
    java.util.Arrays.fill(out, 0, count, slope);
    addHarmonics(x, cosineSlopes, sineSlopes, out, count);
  }

  @Override
  public void values(float[] x, float[] out, int count) {
    float line = slope;
    float start = constant;
    for (int i = 0; i < count; i++) {
      out[i] = line * x[i] + start;
    }
    addHarmonics(x, cosines, sines, out, count);
  }

  private void addHarmonics(float[] x, float[] a, float[] b, float[] out, int count) {
    float[] sine = new float[count];
    float[] cosine = new float[count];
    angles(x, turnsPerUnit, sine, cosine, count);
    float[] sineK = a.length > 1 ? sine.clone() : sine;
    float[] cosineK = a.length > 1 ? cosine.clone() : cosine;
    for (int k = 0; k < a.length; k++) {
      if (k > 0) {
        rotate(sineK, cosineK, sine, cosine, count);
      }
      add(a[k], cosineK, out, count);
      add(b[k], sineK, out, count);
    }
  }

  /** Sine and cosine of as many turns as {@code scale} makes of each number. */
  static void angles(float[] x, float scale, float[] sine, float[] cosine, int count) {
    for (int i = 0; i < count; i++) {
      float turns = x[i] * scale;
      float t = HALF_TURN * (turns - ((turns + ROUNDER) - ROUNDER));
      float q = t * t;
      float s = t * (((((S11 * q + S9) * q + S7) * q + S5) * q + S3) * q + 1);
      float c = (((((C12 * q + C10) * q + C8) * q + C6) * q + C4) * q + C2) * q + 1;
      sine[i] = 2 * s * c;
      cosine[i] = 1 - 2 * s * s;
    }
  }

  private static void rotate(
      float[] sineK, float[] cosineK, float[] sine, float[] cosine, int count) {
    for (int i = 0; i < count; i++) {
      float s = sineK[i] * cosine[i] + cosineK[i] * sine[i];
      cosineK[i] = cosineK[i] * cosine[i] - sineK[i] * sine[i];
      sineK[i] = s;
    }
  }

  private static void add(float factor, float[] wave, float[] out, int count) {
    if (factor != 0) {
      for (int i = 0; i < count; i++) {
        out[i] += factor * wave[i];
      }
    }
  }
}
