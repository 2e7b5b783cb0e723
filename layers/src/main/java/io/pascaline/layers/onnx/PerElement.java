// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Adds element-wise operators whose constants vary within a channel. A node of the graph has one
 * constant for each channel. The tensor is therefore flattened, so that each element is a channel.
 * If the constants vary along one dimension only, for example because channels come last, a view
 * moves this dimension to the front instead. A linear layer can then absorb the operator.
 */
final class PerElement {
  private PerElement() {}

  /** Says whether two elements get equal constants. */
  interface Equality {
    boolean test(int element, int other);
  }

  /** Makes a node. A channel of it has the constants of the element to which it is mapped. */
  interface Making {
    GraphNode node(String name, List<String> inputs, Shape shape, IntUnaryOperator element);
  }

  /** Adds the operator's nodes. */
  static TensorValue map(
      OnnxNode node, GraphAssembly graph, TensorValue tensor, Equality equality, Making making) {
    Shape shape = tensor.shape();
    for (int dimension = 1; dimension < shape.rank(); dimension++) {
      int stride = TensorView.strides(shape)[dimension];
      if (variesAlong(shape, stride, shape.dim(dimension), equality)) {
        return alongDimension(node, graph, tensor, dimension, making);
      }
    }
    Shape flat = Shape.of(shape.elementCount());
    return NodeChain.of(node, graph, tensor)
        .reshape(flat)
        .then("each", flat, (name, inputs) -> making.node(name, inputs, flat, i -> i))
        .reshape(shape)
        .end();
  }

  private static boolean variesAlong(Shape shape, int stride, int count, Equality equality) {
    return IntStream.range(0, shape.elementCount())
        .allMatch(i -> equality.test(i, i / stride % count * stride));
  }

  private static TensorValue alongDimension(
      OnnxNode node, GraphAssembly graph, TensorValue tensor, int dimension, Making making) {
    int rank = tensor.shape().rank();
    int stride = TensorView.strides(tensor.shape())[dimension];
    int[] order =
        IntStream.range(0, rank)
            .map(d -> d == 0 ? dimension : d <= dimension ? d - 1 : d)
            .toArray();
    int[] back =
        IntStream.range(0, rank).map(d -> d == dimension ? 0 : d < dimension ? d + 1 : d).toArray();
    TensorView turned = TensorView.transposed(tensor.shape(), order);
    Shape shape = turned.outputShape();
    return NodeChain.of(node, graph, tensor)
        .view(turned)
        .then("each", shape, (name, inputs) -> making.node(name, inputs, shape, c -> c * stride))
        .view(TensorView.transposed(shape, back))
        .end();
  }
}
