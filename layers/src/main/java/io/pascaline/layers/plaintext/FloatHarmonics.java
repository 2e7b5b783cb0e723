// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.protocols.activation.HarmonicFunction;

/**
 * Lines with harmonics, evaluated in double by Taylor polynomials: a network has millions of
 * elements with several harmonics each, and library functions would take longer than its
 * convolutions. Cosine and sine are off by less than 2^-30. Stateless.
 */
final class FloatHarmonics {
  private static final double PI2 = Math.PI * Math.PI;

  // sin(pi t) and cos(pi t) for |t| <= 1/2, in powers of t^2: the terms left out are below 2^-31.
  private static final double S1 = Math.PI;
  private static final double S3 = -S1 * PI2 / 6;
  private static final double S5 = -S3 * PI2 / 20;
  private static final double S7 = -S5 * PI2 / 42;
  private static final double S9 = -S7 * PI2 / 72;
  private static final double S11 = -S9 * PI2 / 110;
  private static final double S13 = -S11 * PI2 / 156;
  private static final double C2 = -PI2 / 2;
  private static final double C4 = -C2 * PI2 / 12;
  private static final double C6 = -C4 * PI2 / 30;
  private static final double C8 = -C6 * PI2 / 56;
  private static final double C10 = -C8 * PI2 / 90;
  private static final double C12 = -C10 * PI2 / 132;
  private static final double C14 = -C12 * PI2 / 182;

  private FloatHarmonics() {}

  static float[] apply(HarmonicNode node, float[] input) {
    HarmonicFunction function = node.function();
    int planeElementCount = input.length / function.channelCount();
    double[] sums = new double[planeElementCount];
    float[] output = new float[input.length];
    for (int channel = 0; channel < function.channelCount(); channel++) {
      int start = channel * planeElementCount;
      double constant = function.constant(channel);
      double slope = function.slope(channel);
      for (int i = 0; i < planeElementCount; i++) {
        sums[i] = constant + slope * input[start + i];
      }
      for (int k = 0; k < function.harmonicCount(); k++) {
        addHarmonic(
            function.multiple(channel, k) / node.period(),
            function.cosine(channel, k),
            function.sine(channel, k),
            input,
            start,
            sums);
      }
      for (int i = 0; i < planeElementCount; i++) {
        output[start + i] = (float) sums[i];
      }
    }
    return output;
  }

  private static void addHarmonic(
      double turnsPerUnit, double cosine, double sine, float[] input, int start, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      double turns = turnsPerUnit * input[start + i];
      double t = turns - Math.rint(turns);
      double u = t * t;
      double s = t * (S1 + u * (S3 + u * (S5 + u * (S7 + u * (S9 + u * (S11 + u * S13))))));
      double c = 1 + u * (C2 + u * (C4 + u * (C6 + u * (C8 + u * (C10 + u * (C12 + u * C14))))));
      // The double angle: cos 2a = 1 - 2 sin^2 a, sin 2a = 2 sin a cos a.
      sums[i] += cosine * (1 - 2 * s * s) + sine * (2 * s * c);
    }
  }
}
