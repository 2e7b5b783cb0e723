// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The last nodes of a file where they are a softmax, a sigmoid or the place of the largest element:
 * the client computes them from the answer, so the network ends before them.
 *
 * @param input the tensor that the network makes
 * @param transformOrNull the node that the client computes; null for none
 * @param nodes those before it
 */
record OutputTail(String input, OnnxNode transformOrNull, List<OnnxNode> nodes) {
  /** Nodes after the transform that keep the elements in their order. */
  private static final Set<String> KEEP_ORDER =
      Set.of("Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Dropout");

  static final Set<String> TRANSFORMS =
      Set.of("Softmax", "LogSoftmax", "Sigmoid", "ArgMax", "ArgMin");

  private static final long COERCING_OPSET = 12;

  /** Returns the nodes up to a transform at the end, if there is one. */
  static OutputTail of(List<OnnxNode> all, String output) {
    Map<String, OnnxNode> makers = new HashMap<>();
    Map<String, Integer> readers = new HashMap<>();
    for (OnnxNode node : all) {
      node.outputs().forEach(made -> makers.put(made, node));
      Set.copyOf(node.inputs()).forEach(read -> readers.merge(read, 1, Integer::sum));
    }
    OnnxNode node = makers.get(output);
    // Nodes of a damaged file may read one another in a circle.
    for (int i = 0; i < all.size() && node != null && isSingle(node, KEEP_ORDER, readers); i++) {
      node = makers.get(node.inputOrEmpty(0));
    }
    if (node == null || !isSingle(node, TRANSFORMS, readers)) {
      return new OutputTail(output, null, all);
    }
    List<OnnxNode> before = new ArrayList<>(NodeOrder.of(all, node.inputOrEmpty(0)));
    boolean made = makers.containsKey(node.inputOrEmpty(0));
    // A transform of the input itself, or of nothing, is not at the end of a network.
    return made
        ? new OutputTail(node.inputOrEmpty(0), node, List.copyOf(before))
        : new OutputTail(output, null, all);
  }

  /** Returns whether a node is one of some and at most one other reads its only output. */
  private static boolean isSingle(
      OnnxNode node, Set<String> operators, Map<String, Integer> readers) {
    return node.domain().isEmpty()
        && operators.contains(node.operator())
        && node.outputs().size() == 1
        && !node.inputOrEmpty(0).isEmpty()
        && readers.getOrDefault(node.outputs().get(0), 0) <= 1;
  }

  /**
   * Returns what the client computes.
   *
   * @param shape of the tensor that the network makes
   * @param opset of the file
   */
  OutputTransform transform(Shape shape, long opset) {
    if (transformOrNull == null) {
      return OutputTransform.NONE;
    }
    OnnxNode node = transformOrNull;
    int rank = shape.rank() + 1;
    return switch (node.operator()) {
      case "Sigmoid" -> OutputTransform.elementwise(OutputTransform.Kind.SIGMOID);
      case "Softmax" -> softmax(OutputTransform.Kind.SOFTMAX, shape, opset);
      case "LogSoftmax" -> softmax(OutputTransform.Kind.LOG_SOFTMAX, shape, opset);
      case "ArgMax" ->
          along(OutputTransform.Kind.ARG_MAX, shape, node.axis(node.integer("axis", 0), rank));
      case "ArgMin" ->
          along(OutputTransform.Kind.ARG_MIN, shape, node.axis(node.integer("axis", 0), rank));
      default -> throw new IllegalStateException("operator is " + node.operator());
    };
  }

  private OutputTransform softmax(OutputTransform.Kind kind, Shape shape, long opset) {
    int rank = shape.rank() + 1;
    if (opset > COERCING_OPSET) {
      return along(kind, shape, transformOrNull.axis(transformOrNull.integer("axis", -1), rank));
    }
    // Older ones are over all dimensions from the axis on.
    int axis = transformOrNull.axis(transformOrNull.integer("axis", 1), rank);
    requireNoBatch(axis);
    int length = 1;
    for (int i = axis - 1; i < shape.rank(); i++) {
      length *= shape.dim(i);
    }
    return new OutputTransform(kind, length, 1);
  }

  private OutputTransform along(OutputTransform.Kind kind, Shape shape, int axis) {
    requireNoBatch(axis);
    if (transformOrNull.integer("select_last_index", 0) != 0) {
      throw transformOrNull.refused("takes the last of equal elements", "take the first");
    }
    int inner = 1;
    for (int i = axis; i < shape.rank(); i++) {
      inner *= shape.dim(i);
    }
    return new OutputTransform(kind, shape.dim(axis - 1), inner);
  }

  private void requireNoBatch(int axis) {
    if (axis == 0) {
      throw transformOrNull.refused("works along the batch", "give the axis of the classes");
    }
  }
}
