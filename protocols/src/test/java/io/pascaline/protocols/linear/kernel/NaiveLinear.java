// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;

/** The definition of the linear maps, one output at a time; what the kernels are compared with. */
final class NaiveLinear {
  private NaiveLinear() {}

  static int[] apply(LinearMap map, int[] weights, int[] input) {
    int[] output = new int[map.outputShape().elementCount()];
    if (map instanceof MatrixProduct product) {
      for (int i = 0; i < weights.length; i++) {
        output[i / product.inputCount()] += weights[i] * input[i % product.inputCount()];
      }
      return output;
    }
    Convolution2d c = (Convolution2d) map;
    int groupInputs = c.inputChannels() / c.groups();
    int groupOutputs = c.outputChannels() / c.groups();
    int at = 0;
    for (int m = 0; m < c.outputChannels(); m++) {
      for (int y = 0; y < c.outputHeight(); y++) {
        for (int x = 0; x < c.outputWidth(); x++) {
          for (int i = 0; i < groupInputs; i++) {
            for (int ky = 0; ky < c.kernelHeight(); ky++) {
              for (int kx = 0; kx < c.kernelWidth(); kx++) {
                int channel = m / groupOutputs * groupInputs + i;
                int row = y * c.strideHeight() - c.padTop() + ky * c.dilationHeight();
                int column = x * c.strideWidth() - c.padLeft() + kx * c.dilationWidth();
                int weight =
                    weights[((m * groupInputs + i) * c.kernelHeight() + ky) * c.kernelWidth() + kx];
                output[at] += weight * word(c, input, channel, row, column);
              }
            }
          }
          at++;
        }
      }
    }
    return output;
  }

  private static int word(Convolution2d c, int[] input, int channel, int row, int column) {
    boolean padding = row < 0 || row >= c.inputHeight() || column < 0 || column >= c.inputWidth();
    return padding ? 0 : input[(channel * c.inputHeight() + row) * c.inputWidth() + column];
  }
}
