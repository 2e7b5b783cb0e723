// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.onnx.constant.TensorReader;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The last nodes of a file if they are a softmax, a sigmoid or the index of the largest or smallest
 * element. The client computes them from the answer, so the network ends before them.
 *
 * @param input the tensor that the network makes
 * @param transformOrNull the node that the client computes; null for none
 * @param skipped functions before it that do not change the index of a largest or smallest element
 * @param nodes those before it
 */
record OutputTail(
    String input, OnnxNode transformOrNull, List<OnnxNode> skipped, List<OnnxNode> nodes) {
  /** Nodes after the transform that keep the elements in their order. */
  private static final Set<String> KEEP_ORDER =
      Set.of("Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Dropout");

  static final Set<String> TRANSFORMS =
      Set.of("Softmax", "LogSoftmax", "Sigmoid", "ArgMax", "ArgMin");

  private static final Set<String> PLACES = Set.of("ArgMax", "ArgMin");

  /** Functions that grow with their element, of one axis or of each element. */
  private static final Set<String> GROWING =
      Set.of("Softmax", "LogSoftmax", "Sigmoid", "Identity", "Dropout");

  /** ONNX's numbers of int32, int64, uint32 and uint64. */
  private static final Set<Long> LARGE_INTEGERS = Set.of(6L, 7L, 12L, 13L);

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
    boolean rounded = false;
    boolean changed = false;
    // Nodes of a damaged file may read one another in a circle.
    for (int i = 0; i < all.size() && node != null && isSingle(node, KEEP_ORDER, readers); i++) {
      if (node.operator().equals("Cast")) {
        long type = node.integer("to", 0);
        rounded |= !TensorReader.isReal(type);
        changed |= !TensorReader.isReal(type) && !LARGE_INTEGERS.contains(type);
      }
      node = makers.get(node.inputOrEmpty(0));
    }
    // A probability becomes 0 or 1 as an integer; a place stays what it is.
    if (node == null
        || !isSingle(node, TRANSFORMS, readers)
        || changed
        || rounded && !PLACES.contains(node.operator())) {
      return new OutputTail(output, null, List.of(), all);
    }
    String input = node.inputOrEmpty(0);
    List<OnnxNode> skipped = new ArrayList<>();
    OnnxNode maker = makers.get(input);
    while (PLACES.contains(node.operator())
        && skipped.size() < all.size()
        && maker != null
        && isSingle(maker, GROWING, readers)) {
      skipped.add(maker);
      input = maker.inputOrEmpty(0);
      maker = makers.get(input);
    }
    // A transform of the input itself, or of nothing, is not at the end of a network.
    return maker != null
        ? new OutputTail(input, node, List.copyOf(skipped), List.copyOf(NodeOrder.of(all, input)))
        : new OutputTail(output, null, List.of(), all);
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
          place(
              OutputTransform.Kind.ARG_MAX, shape, node.axis(node.integer("axis", 0), rank), opset);
      case "ArgMin" ->
          place(
              OutputTransform.Kind.ARG_MIN, shape, node.axis(node.integer("axis", 0), rank), opset);
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

  private OutputTransform place(OutputTransform.Kind kind, Shape shape, int axis, long opset) {
    for (OnnxNode node : skipped) {
      if (!node.operator().endsWith("oftmax")) {
        continue;
      }
      boolean coerces = opset <= COERCING_OPSET;
      int own = node.axis(node.integer("axis", coerces ? 1 : -1), shape.rank() + 1);
      if (coerces ? axis < own : axis != own) {
        throw transformOrNull.refused(
            "works along another axis than the softmax before it", "give both the same axis");
      }
    }
    return along(kind, shape, axis);
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
