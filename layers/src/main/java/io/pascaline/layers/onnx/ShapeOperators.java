// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.constant.TensorReader;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Operators that keep the elements of a tensor in their order, and those that do nothing in
 * inference. The batch dimension, which the graph does not have, must stay the first.
 */
final class ShapeOperators {
  private static final String KEEP_BATCH = "the batch must stay the first dimension";

  private ShapeOperators() {}

  static void identity(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, graph.value(node, 0));
  }

  static void dropout(OnnxNode node, GraphAssembly graph) {
    ConstantTensor training = graph.constantOrNull(node, 2);
    if (training != null && !(training.elementCount() == 1 && training.real(0) == 0)) {
      throw node.refused("is in training mode", "export the model in evaluation mode");
    }
    identity(node, graph);
  }

  static void cast(OnnxNode node, GraphAssembly graph) {
    long type = node.integer("to", 0);
    if (!TensorReader.isReal(type)) {
      throw node.refused("changes a tensor to another element type", "export in float32");
    }
    identity(node, graph);
  }

  /** {@code Shape}: known but for the batch. */
  static void shape(OnnxNode node, GraphAssembly graph) {
    Shape shape = graph.tensor(node, 0).shape();
    int rank = shape.rank() + 1;
    int start = clamped(node.integer("start", 0), rank);
    int end = clamped(node.integer("end", rank), rank);
    long[] dims = new long[Math.max(0, end - start)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = start + i == 0 ? graph.batch() : shape.dim(start + i - 1);
    }
    graph.bind(
        node, new ImportedValue.Constant(ConstantTensor.ofLongs(new int[] {dims.length}, dims)));
  }

  /** {@code Size}: a constant if the batch size is known. */
  static void size(OnnxNode node, GraphAssembly graph) {
    if (graph.batch() == ConstantTensor.BATCH) {
      throw node.refused(
          "computes with the batch size, which is not known", "export with a batch size of 1");
    }
    long count = graph.batch() * graph.tensor(node, 0).shape().elementCount();
    graph.bind(
        node, new ImportedValue.Constant(ConstantTensor.ofLongs(new int[0], new long[] {count})));
  }

  static void flatten(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank() + 1;
    long given = node.integer("axis", 1);
    int axis = given == rank ? rank : node.axis(given, rank);
    // Of one image, what lies before the axis must be a single row, as the batch is.
    for (int i = 1; i < axis; i++) {
      if (input.shape().dim(i - 1) != 1) {
        throw node.refused("flattens from axis " + given, "flatten from axis 1; " + KEEP_BATCH);
      }
    }
    reshape(node, graph, input, Shape.of(input.shape().elementCount()));
  }

  static void reshape(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    long[] given = node.integersOrNull("shape");
    long[] target = given != null ? given : graph.constant(node, 1).integers(node);
    if (target.length < 2 || target.length > 8) {
      throw node.refused("reshapes to " + target.length + " dimensions", KEEP_BATCH);
    }
    boolean zeroIsZero = node.integer("allowzero", 0) != 0;
    int elementCount = input.shape().elementCount();
    int[] dims = new int[target.length - 1];
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      long dim = target[i + 1];
      if (dim == -1 && unknown < 0 && target[0] != -1) {
        unknown = i;
        continue;
      }
      boolean copied = dim == 0 && !zeroIsZero && i < input.shape().rank();
      dims[i] = copied ? input.shape().dim(i) : dim < 1 || dim > elementCount ? 0 : (int) dim;
      known *= dims[i];
      if (dims[i] == 0 || known > elementCount) {
        throw node.refused("cannot reshape " + input.shape() + " as asked", KEEP_BATCH);
      }
    }
    if (unknown >= 0) {
      dims[unknown] = (int) (elementCount / known);
      known *= dims[unknown];
    }
    boolean batchKept =
        target[0] == -1
            || target[0] == 1
            || target[0] == ConstantTensor.BATCH
            || target[0] == 0 && !zeroIsZero;
    if (!batchKept || known != elementCount) {
      throw node.refused("cannot reshape " + input.shape() + " as asked", KEEP_BATCH);
    }
    reshape(node, graph, input, Shape.of(dims));
  }

  static void squeeze(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank() + 1;
    long[] axes = axesOrNull(node, graph, 1);
    boolean[] dropped = new boolean[rank];
    for (int i = 1; axes == null && i < rank; i++) {
      dropped[i] = input.shape().dim(i - 1) == 1;
    }
    for (int i = 0; axes != null && i < axes.length; i++) {
      dropped[node.axis(axes[i], rank)] = true;
    }
    List<Integer> kept = new ArrayList<>();
    for (int i = 1; i < rank; i++) {
      if (!dropped[i]) {
        kept.add(input.shape().dim(i - 1));
      } else if (input.shape().dim(i - 1) != 1) {
        throw node.damaged("squeezes axis " + i + " of " + input.shape() + " per image");
      }
    }
    if (dropped[0]) {
      throw node.refused("squeezes the batch", KEEP_BATCH);
    }
    if (kept.isEmpty()) {
      kept.add(1);
    }
    reshape(node, graph, input, Shape.of(kept.stream().mapToInt(Integer::intValue).toArray()));
  }

  static void unsqueeze(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    long[] axes = axesOrNull(node, graph, 1);
    if (axes == null || axes.length > 4) {
      throw node.damaged("names no axes, or too many");
    }
    int rank = input.shape().rank() + 1 + axes.length;
    boolean[] added = new boolean[rank];
    for (long axis : axes) {
      int index = node.axis(axis, rank);
      if (index == 0 || added[index]) {
        throw node.refused("adds a dimension before the batch or one twice", KEEP_BATCH);
      }
      added[index] = true;
    }
    int[] dims = new int[rank - 1];
    int next = 0;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = added[i + 1] ? 1 : input.shape().dim(next++);
    }
    reshape(node, graph, input, Shape.of(dims));
  }

  /** Axes from the attribute (older opsets) or from an input; null if there are none. */
  static long[] axesOrNull(OnnxNode node, GraphAssembly graph, int input) {
    long[] attribute = node.integersOrNull("axes");
    if (attribute != null) {
      return attribute;
    }
    ConstantTensor constant = graph.constantOrNull(node, input);
    return constant == null ? null : constant.integers(node);
  }

  private static int clamped(long index, int rank) {
    return (int) Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
  }

  private static void reshape(OnnxNode node, GraphAssembly graph, TensorValue input, Shape shape) {
    if (shape.equals(input.shape())) {
      graph.bind(node, input);
      return;
    }
    String source = graph.nodeName(node.where(), input);
    graph.bind(
        node,
        graph.add(node, new ReshapeNode(node.output(), List.of(source), input.shape(), shape)));
  }
}
