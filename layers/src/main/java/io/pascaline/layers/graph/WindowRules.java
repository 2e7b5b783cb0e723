// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;

/** Makes the windows of pool nodes, and names the node whose window is wrong. */
final class WindowRules {
  private WindowRules() {}

  static void requireImage(Shape inputShape) {
    if (inputShape.rank() != 3) {
      throw new IllegalArgumentException("inputShape is " + inputShape + ", must be [C, H, W]");
    }
  }

  static PoolWindow window(
      String node,
      Shape inputShape,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int padBottom,
      int padRight) {
    requireImage(inputShape);
    try {
      return new PoolWindow(
          inputShape.dim(0),
          inputShape.dim(1),
          inputShape.dim(2),
          kernelHeight,
          kernelWidth,
          strideHeight,
          strideWidth,
          padTop,
          padLeft,
          padBottom,
          padRight);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("node '" + node + "': " + e.getMessage(), e);
    }
  }
}
