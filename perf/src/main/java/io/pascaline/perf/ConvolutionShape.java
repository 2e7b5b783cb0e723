// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.Convolution2d;
import java.util.Arrays;

/**
 * Reads the padded convolutions of benchmarks, with stride 1, whose outputs are as large as their
 * inputs.
 */
final class ConvolutionShape {
  private ConvolutionShape() {}

  /**
   * Reads a convolution.
   *
   * @param shape input channels, side, output channels, side of the kernel (3 if left out) and
   *     groups (1 if left out), with {@code x} between them
   */
  static Convolution2d parse(String shape) {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    int side = sizes[1];
    int kernel = sizes.length > 3 ? sizes[3] : 3;
    int groups = sizes.length > 4 ? sizes[4] : 1;
    int pad = kernel / 2;
    return new Convolution2d(
        sizes[0], side, side, sizes[2], kernel, kernel, 1, 1, pad, pad, pad, pad, 1, 1, groups);
  }
}
