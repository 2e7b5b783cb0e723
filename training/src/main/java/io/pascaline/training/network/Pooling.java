// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.TensorView;
import java.util.stream.LongStream;

/** Pools of a graph in the framework. */
final class Pooling {
  private Pooling() {}

  /** Refuses what the framework cannot do. */
  static void requireTrainable(GraphNode node) {
    if (node instanceof ViewNode view && view.view().isPadded()) {
      throw new IllegalArgumentException(
          "node '" + node.name() + "' pads a tensor, which cannot be trained");
    }
    PoolWindow window = windowOrNull(node);
    boolean uneven =
        window != null
            && (window.padTop() != window.padBottom() || window.padLeft() != window.padRight());
    if (uneven) {
      throw new IllegalArgumentException(
          "pool '" + node.name() + "' pads its sides unequally, which cannot be trained");
    }
  }

  private static PoolWindow windowOrNull(GraphNode node) {
    if (node instanceof AveragePoolNode pool) {
      return pool.window();
    }
    return node instanceof MaxPoolNode pool ? pool.window() : null;
  }

  /** Elements in another place. */
  static NDArray view(ViewNode node, NDArray x) {
    TensorView view = node.view();
    long[] places = LongStream.range(0, view.inputShape().elementCount()).toArray();
    long[] indices = view.apply(places, 0);
    NDArray index = x.getManager().create(indices, new Shape(1, indices.length));
    return x.reshape(-1, places.length)
        .gather(index.broadcast(x.getShape().get(0), indices.length), 1)
        .reshape(Dims.batched(-1, node.outputShape()));
  }

  static NDArray forward(GraphNode node, NDArray x) {
    PoolWindow window = windowOrNull(node);
    Shape kernel = new Shape(window.kernelHeight(), window.kernelWidth());
    Shape stride = new Shape(window.strideHeight(), window.strideWidth());
    Shape padding = new Shape(window.padTop(), window.padLeft());
    return node instanceof AveragePoolNode
        ? Pool.avgPool2d(x, kernel, stride, padding, false, true)
        : Pool.maxPool2d(x, kernel, stride, padding, false);
  }
}
