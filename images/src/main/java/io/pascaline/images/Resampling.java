// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

/**
 * Scales a plane of samples as Pillow and torchvision do by default: linear interpolation whose
 * triangle widens with the step between output pixels, so that each output pixel averages over all
 * that it covers (antialiasing). Rows first, then columns; weights have 22 fraction bits and the
 * plane between has 8-bit samples. The result equals Pillow's {@code Image.resize(size, BILINEAR)}
 * in every bit. Stateless.
 */
final class Resampling {
  private static final int FRACTION_BITS = 32 - 8 - 2;

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
  static byte[] bilinear(byte[] samples, int width, int height, int newWidth, int newHeight) {
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
    double spread = Math.max(1, step);
    int[] first = new int[newLength];
    int[][] weights = new int[newLength][];
    for (int i = 0; i < newLength; i++) {
      double center = (i + 0.5) * step;
      first[i] = Math.max(0, (int) (center - spread + 0.5));
      int count = Math.min(length, (int) (center + spread + 0.5)) - first[i];
      double[] triangle = new double[count];
      double sum = 0;
      for (int k = 0; k < count; k++) {
        triangle[k] = Math.max(0, 1 - Math.abs((k + first[i] - center + 0.5) * (1 / spread)));
        sum += triangle[k];
      }
      weights[i] = new int[count];
      for (int k = 0; k < count; k++) {
        weights[i][k] = (int) (0.5 + triangle[k] / sum * (1 << FRACTION_BITS));
      }
    }
    return new Windows(first, weights);
  }
}
