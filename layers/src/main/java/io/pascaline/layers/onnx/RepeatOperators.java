// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Operators that repeat elements, and operands that broadcasting repeats. The parties repeat their
 * shares, without a message.
 */
final class RepeatOperators {
  private RepeatOperators() {}

  /** {@code Expand}: repeats dimensions of 1. */
  static void expand(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    long[] target = graph.constant(node, 1).integers(node);
    int rank = Math.max(input.shape().rank() + 1, target.length);
    if (rank > input.shape().rank() + 1) {
      throw node.refused("adds dimensions before the batch", "use Unsqueeze or Reshape first");
    }
    int[] dims = input.shape().dims();
    for (int i = 0; i < target.length; i++) {
      int axis = rank - target.length + i;
      if (axis == 0) {
        if (target[i] != 1 && target[i] != ConstantTensor.BATCH) {
          throw node.refused("repeats the batch", "the batch must stay as it is");
        }
      } else if (dims[axis - 1] == 1) {
        dims[axis - 1] = node.size("dimension", target[i]);
      } else if (target[i] != 1 && target[i] != dims[axis - 1]) {
        throw node.damaged("expands " + input.shape() + " to another shape");
      }
    }
    expanded(NodeChain.of(node, graph, input), Shape.of(dims)).bind();
  }

  private static NodeChain expanded(NodeChain chain, Shape to) {
    int[] factors = new int[to.rank()];
    Arrays.setAll(factors, d -> to.dim(d) / chain.shape().dim(d));
    return chain.view(TensorView.repeated(chain.shape(), factors));
  }

  /** {@code Tile}: repeats whole dimensions. */
  static void tile(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    long[] times = graph.constant(node, 1).integers(node);
    int[] dims = input.shape().dims();
    if (times.length != dims.length + 1) {
      throw node.damaged("repeats " + times.length + " dimensions, not " + (dims.length + 1));
    }
    if (times[0] != 1) {
      throw node.refused("repeats the batch", "the batch must stay as it is");
    }
    int[] strides = TensorView.strides(input.shape());
    List<TensorView.Axis> axes = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      int factor = node.size("repetition", times[d + 1]);
      if (factor == 0) {
        throw node.refused("leaves nothing of axis " + (d + 1), "remove the layer");
      }
      axes.add(new TensorView.Axis(factor, 0, 1, factor, 0, false));
      axes.add(new TensorView.Axis(dims[d], 0, 1, dims[d], strides[d], false));
      dims[d] = Math.multiplyExact(dims[d], factor);
    }
    NodeChain.of(node, graph, input)
        .view(new TensorView(input.shape(), 0, axes, Shape.of(dims)))
        .bind();
  }

  /** Returns whether a node's two operands are tensors of different shapes. */
  static boolean differ(OnnxNode node, GraphAssembly graph) {
    return !(graph.value(node, 0) instanceof ImportedValue.Constant)
        && !(graph.value(node, 1) instanceof ImportedValue.Constant)
        && !graph.tensor(node, 0).shape().equals(graph.tensor(node, 1).shape());
  }

  /**
   * Returns a node's two tensors, repeated where one has more elements than the other.
   *
   * @throws ModelFormatException if a dimension differs and is 1 in neither tensor
   */
  static TensorValue[] ofOneShape(OnnxNode node, GraphAssembly graph) {
    TensorValue left = graph.tensor(node, 0);
    TensorValue right = graph.tensor(node, 1);
    if (left.shape().equals(right.shape())) {
      return new TensorValue[] {left, right};
    }
    int rank = left.shape().rank();
    boolean fits = right.shape().rank() == rank;
    int[] dims = left.shape().dims();
    for (int d = 0; fits && d < rank; d++) {
      int other = right.shape().dim(d);
      fits = dims[d] == other || dims[d] == 1 || other == 1;
      dims[d] = Math.max(dims[d], other);
    }
    if (!fits) {
      throw node.refused(
          "its tensors have shapes " + left.shape() + " and " + right.shape(),
          "combine tensors of the same shape, or whose dimensions differ only where one of them is"
              + " 1");
    }
    Shape common = Shape.of(dims);
    return new TensorValue[] {
      repeated(node, graph, left, common), repeated(node, graph, right, common)
    };
  }

  private static TensorValue repeated(
      OnnxNode node, GraphAssembly graph, TensorValue tensor, Shape shape) {
    return tensor.shape().equals(shape)
        ? tensor
        : expanded(NodeChain.of(node, graph, tensor), shape).tensor();
  }
}
