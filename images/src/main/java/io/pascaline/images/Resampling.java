// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

/**
 * Scales a plane of samples as Pillow does by default: by a cubic convolution (a = -1/2) that
 * widens with the step between output pixels, so that each output pixel averages over all that it
 * covers (antialiasing). Rows first, then columns; weights have 22 fraction bits and the plane
 * between has 8-bit samples. The result equals Pillow's {@code Image.resize(size)} in every bit.
 * Stateless.
 */
final class Resampling {
  private static final int FRACTION_BITS = 32 - 8 - 2;
  private static final double SUPPORT = 2;
  private static final double A = -0.5;

  private Resampling() {}

  /** The source samples that each output sample of a line averages, and their weights. */
  private record Windows(int[] first, int[][] weights) {}

  /**
   * Scales a plane.
   *
   * @param samples row-major, unsigned; unchanged
   * @param width its columns
   * @param height its rows
   * @param newWidth columns of the result
   * @param newHeight rows of the result
   * @return row-major, a fresh array unless nothing is to be done
   */
  static byte[] bicubic(byte[] samples, int width, int height, int newWidth, int newHeight) {
    byte[] rows = newWidth == width ? samples : wide(samples, width, height, newWidth);
    if (newHeight == height) {
      return rows;
    }
    Windows windows = windows(height, newHeight);
    byte[] result = new byte[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      int[] weights = windows.weights[y];
      for (int x = 0; x < newWidth; x++) {
        int sum = 1 << FRACTION_BITS - 1;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * (rows[(windows.first[y] + k) * newWidth + x] & 0xff);
        }
        result[y * newWidth + x] = eightBits(sum);
      }
    }
    return result;
  }

  private static byte[] wide(byte[] samples, int width, int height, int newWidth) {
    Windows windows = windows(width, newWidth);
    byte[] result = new byte[newWidth * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        int[] weights = windows.weights[x];
        int at = y * width + windows.first[x];
        int sum = 1 << FRACTION_BITS - 1;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * (samples[at + k] & 0xff);
        }
        result[y * newWidth + x] = eightBits(sum);
      }
    }
    return result;
  }

  private static byte eightBits(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
  }

  private static Windows windows(int length, int newLength) {
    double step = (double) length / newLength;
    double widening = Math.max(1, step);
    double reach = SUPPORT * widening;
    int[] first = new int[newLength];
    int[][] weights = new int[newLength][];
    for (int i = 0; i < newLength; i++) {
      double center = (i + 0.5) * step;
      first[i] = Math.max(0, (int) (center - reach + 0.5));
      int count = Math.min(length, (int) (center + reach + 0.5)) - first[i];
      double[] window = new double[count];
      double sum = 0;
      for (int k = 0; k < count; k++) {
        window[k] = cubic((k + first[i] - center + 0.5) * (1 / widening));
        sum += window[k];
      }
      weights[i] = new int[count];
      for (int k = 0; k < count; k++) {
        double weight = window[k] * (1 / sum) * (1 << FRACTION_BITS);
        weights[i][k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
    }
    return new Windows(first, weights);
  }

  private static double cubic(double distance) {
    double x = Math.abs(distance);
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }
}
