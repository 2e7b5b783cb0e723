// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;

/**
 * Linear maps on doubles: what the map in Z_2^32 would give without wrapping around, and how errors
 * pass through it. Sums of n products are off by less than n * 2^-52 of the sum of magnitudes.
 */
final class WideLinear {
  private final LinearMap map;
  private final double[] weights;

  WideLinear(LinearMap map, int[] weights) {
    this.map = map;
    this.weights = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      this.weights[i] = weights[i];
    }
  }

  private WideLinear(LinearMap map, double[] weights) {
    this.map = map;
    this.weights = weights;
  }

  /** Returns the same map with the weights' magnitudes. */
  WideLinear absolute() {
    double[] magnitudes = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      magnitudes[i] = Math.abs(weights[i]);
    }
    return new WideLinear(map, magnitudes);
  }

  double[] apply(double[] input) {
    double[] output = new double[map.outputShape().elementCount()];
    if (map instanceof Convolution2d convolution) {
      convolve(convolution, input, output);
    } else if (map instanceof MatrixProduct matrix) {
      for (int row = 0; row < matrix.outputCount(); row++) {
        int start = row * matrix.inputCount();
        double sum = 0;
        for (int i = 0; i < matrix.inputCount(); i++) {
          sum += weights[start + i] * input[i];
        }
        output[row] = sum;
      }
    }
    return output;
  }

  private void convolve(Convolution2d c, double[] input, double[] output) {
    int perGroup = c.inputChannels() / c.groups();
    int rowsPerGroup = c.outputChannels() / c.groups();
    int at = 0;
    for (int row = 0; row < c.outputChannels(); row++) {
      int firstChannel = row / rowsPerGroup * perGroup;
      for (int i = 0; i < perGroup; i++) {
        for (int ky = 0; ky < c.kernelHeight(); ky++) {
          for (int kx = 0; kx < c.kernelWidth(); kx++) {
            addTap(c, weights[at++], firstChannel + i, ky, kx, row, input, output);
          }
        }
      }
    }
  }

  /** Adds one weight's part to a whole output plane. */
  private static void addTap(
      Convolution2d c,
      double weight,
      int channel,
      int ky,
      int kx,
      int row,
      double[] input,
      double[] output) {
    for (int oy = 0; oy < c.outputHeight(); oy++) {
      int y = oy * c.strideHeight() - c.padTop() + ky * c.dilationHeight();
      if (y < 0 || y >= c.inputHeight()) {
        continue;
      }
      int from = (channel * c.inputHeight() + y) * c.inputWidth();
      int to = (row * c.outputHeight() + oy) * c.outputWidth();
      for (int ox = 0; ox < c.outputWidth(); ox++) {
        int x = ox * c.strideWidth() - c.padLeft() + kx * c.dilationWidth();
        if (x >= 0 && x < c.inputWidth()) {
          output[to + ox] += weight * input[from + x];
        }
      }
    }
  }
}
