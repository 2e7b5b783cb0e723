// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.MaxPoolNode;

/** Pools of a graph in the framework. */
final class Pooling {
  private Pooling() {}

  /** Refuses what the framework cannot do. */
  static void requireTrainable(GraphNode node) {
    boolean uneven;
    if (node instanceof AveragePoolNode pool) {
      uneven = pool.padTop() != pool.padBottom() || pool.padLeft() != pool.padRight();
    } else if (node instanceof MaxPoolNode pool) {
      uneven = pool.padTop() != pool.padBottom() || pool.padLeft() != pool.padRight();
    } else {
      uneven = false;
    }
    if (uneven) {
      throw new IllegalArgumentException(
          "pool '" + node.name() + "' pads its sides unequally, which cannot be trained");
    }
  }

  static NDArray forward(GraphNode node, NDArray x) {
    if (node instanceof AveragePoolNode pool) {
      return Pool.avgPool2d(
          x,
          new Shape(pool.kernelHeight(), pool.kernelWidth()),
          new Shape(pool.strideHeight(), pool.strideWidth()),
          new Shape(pool.padTop(), pool.padLeft()),
          false,
          true);
    }
    MaxPoolNode pool = (MaxPoolNode) node;
    return Pool.maxPool2d(
        x,
        new Shape(pool.kernelHeight(), pool.kernelWidth()),
        new Shape(pool.strideHeight(), pool.strideWidth()),
        new Shape(pool.padTop(), pool.padLeft()),
        false);
  }
}
