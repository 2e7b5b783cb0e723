// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;

/** What pools check alike. */
final class WindowRules {
  private WindowRules() {}

  static void requireImage(Shape inputShape) {
    if (inputShape.rank() != 3) {
      throw new IllegalArgumentException("inputShape is " + inputShape + ", must be [C, H, W]");
    }
  }

  static void requireWindow(String name, int kernelHeight, int kernelWidth) {
    if ((long) kernelHeight * kernelWidth > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "kernelHeight and kernelWidth of node '" + name + "' make too large a window");
    }
  }

  static void requireAxis(
      String name, String axis, int input, int kernel, int stride, int padBefore, int padAfter) {
    // A pad as large as the window would make windows of padding only; it also bounds the sums.
    boolean padded = padBefore >= 0 && padAfter >= 0 && Math.max(padBefore, padAfter) < kernel;
    if (kernel < 1 || stride < 1 || !padded || kernel > (long) input + padBefore + padAfter) {
      throw new IllegalArgumentException(
          ("kernel%s, stride%s and pads of node '%s' are %d, %d and (%d, %d): "
                  + "they do not fit an input of %d")
              .formatted(axis, axis, name, kernel, stride, padBefore, padAfter, input));
    }
    if ((long) input + padBefore + padAfter > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "pads of node '" + name + "' are (" + padBefore + ", " + padAfter + "), too large");
    }
  }

  /** Number of windows along an axis. */
  static int extent(int input, int padding, int kernel, int stride) {
    return (input + padding - kernel) / stride + 1;
  }
}
