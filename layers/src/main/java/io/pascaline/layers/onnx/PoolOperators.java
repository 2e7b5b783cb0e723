// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/** Averages and maxima over windows, and the zero padding before windows. */
final class PoolOperators {
  private PoolOperators() {}

  static void averagePool(OnnxNode node, GraphAssembly graph) {
    ImportedValue.Padded input = graph.window(node, 0);
    WindowAttributes window = WindowAttributes.read(node, input, null);
    Shape shape = input.source().shape();
    requirePlain(node, window, shape);
    boolean ownPads =
        window.padTop() != input.padTop()
            || window.padLeft() != input.padLeft()
            || window.padBottom() != input.padBottom()
            || window.padRight() != input.padRight();
    if (ownPads && node.integer("count_include_pad", 0) == 0) {
      throw node.refused(
          "its padding does not count in the average", "use count_include_pad=True, or no padding");
    }
    String source = graph.nodeName(node.where(), input.source());
    graph.bind(
        node,
        graph.add(
            node,
            new AveragePoolNode(
                node.output(),
                List.of(source),
                shape,
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideHeight(),
                window.strideWidth(),
                window.padTop(),
                window.padLeft(),
                window.padBottom(),
                window.padRight(),
                true)));
  }

  static void maxPool(OnnxNode node, GraphAssembly graph) {
    for (int i = 1; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        throw node.refused("gives the places of the largest elements", "export it without indices");
      }
    }
    // Zeros of a Pad before it may be the largest elements; those of its own padding never are.
    TensorValue input = graph.tensor(node, 0);
    ImportedValue.Padded unpadded = new ImportedValue.Padded(input, 0, 0, 0, 0, node.where());
    WindowAttributes window = WindowAttributes.read(node, unpadded, null);
    requirePlain(node, window, input.shape());
    String source = graph.nodeName(node.where(), input);
    graph.bind(
        node,
        graph.add(
            node,
            new MaxPoolNode(
                node.output(),
                List.of(source),
                input.shape(),
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideHeight(),
                window.strideWidth(),
                window.padTop(),
                window.padLeft(),
                window.padBottom(),
                window.padRight())));
  }

  static void globalMaxPool(OnnxNode node, GraphAssembly graph) {
    TensorValue input = image(node, graph);
    String source = graph.nodeName(node.where(), input);
    graph.bind(node, graph.add(node, MaxPoolNode.global(node.output(), source, input.shape())));
  }

  private static void requirePlain(OnnxNode node, WindowAttributes window, Shape shape) {
    if (node.integer("ceil_mode", 0) != 0 && !window.dividesEvenly(shape)) {
      throw node.refused(
          "ceil_mode makes windows that reach over the edge of " + shape,
          "choose a kernel and stride that divide the input, or ceil_mode=False");
    }
    if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
      throw node.refused("its window is dilated", "use a dense window");
    }
  }

  static void globalAveragePool(OnnxNode node, GraphAssembly graph) {
    TensorValue input = image(node, graph);
    String source = graph.nodeName(node.where(), input);
    graph.bind(node, graph.add(node, AveragePoolNode.global(node.output(), source, input.shape())));
  }

  static void reduceMean(OnnxNode node, GraphAssembly graph) {
    TensorValue input = image(node, graph);
    long[] axes = ShapeOperators.axesOrNull(node, graph, 1);
    boolean rows = false;
    boolean columns = false;
    boolean others = axes == null || axes.length != 2;
    for (int i = 0; axes != null && i < axes.length; i++) {
      rows |= axes[i] == 2 || axes[i] == -2;
      columns |= axes[i] == 3 || axes[i] == -1;
    }
    others |= !rows || !columns;
    if (others) {
      throw node.refused(
          "does not average over rows and columns", "only the mean over height and width exists");
    }
    String source = graph.nodeName(node.where(), input);
    if (node.integer("keepdims", 1) != 0) {
      graph.bind(
          node, graph.add(node, AveragePoolNode.global(node.output(), source, input.shape())));
      return;
    }
    String pooled = graph.freshName(node.output() + "/mean");
    TensorValue mean = graph.add(node, AveragePoolNode.global(pooled, source, input.shape()));
    graph.bind(
        node,
        graph.add(
            node,
            new ReshapeNode(
                node.output(), List.of(pooled), mean.shape(), Shape.of(mean.shape().dim(0)))));
  }

  static void pad(OnnxNode node, GraphAssembly graph) {
    ImportedValue.Padded input = graph.window(node, 0);
    TensorValue source = input.source();
    String mode = node.text("mode", "constant");
    if (!mode.equals("constant")) {
      throw node.refused("pads by mode '" + mode + "'", "pad with zeros");
    }
    long[] pads = pads(node, graph, source.shape().rank() + 1);
    requireZero(node, graph);
    int rank = source.shape().rank();
    boolean none = true;
    for (int axis = 0; axis <= rank; axis++) {
      long before = pads[axis];
      long after = pads[axis + rank + 1];
      if (before < 0 || after < 0) {
        throw node.refused("crops the tensor", "only padding with zeros is supported");
      }
      none &= before == 0 && after == 0;
      if ((before != 0 || after != 0) && (rank != 3 || axis < 2)) {
        throw node.refused("pads the batch or the channels", "pad rows and columns only");
      }
    }
    if (none) {
      graph.bind(node, graph.value(node, 0));
      return;
    }
    graph.bind(
        node,
        new ImportedValue.Padded(
            source,
            node.size("pads", input.padTop() + pads[2]),
            node.size("pads", input.padLeft() + pads[3]),
            node.size("pads", input.padBottom() + pads[6]),
            node.size("pads", input.padRight() + pads[7]),
            node.where()));
  }

  /** Zeros before each axis, then after each axis, batch included. */
  private static long[] pads(OnnxNode node, GraphAssembly graph, int rank) {
    long[] given = node.integersOrNull("pads");
    if (given == null) {
      given = graph.constant(node, 1).integers(node);
    }
    ConstantTensor axesTensor = graph.constantOrNull(node, 3);
    long[] axes = axesTensor == null ? null : axesTensor.integers(node);
    int count = axes == null ? rank : axes.length;
    if (given.length != 2 * count || count > rank) {
      throw node.damaged("has " + given.length + " pads for " + count + " axes");
    }
    long[] pads = new long[2 * rank];
    for (int i = 0; i < count; i++) {
      int axis = axes == null ? i : node.axis(axes[i], rank);
      pads[axis] = given[i];
      pads[axis + rank] = given[i + count];
    }
    return pads;
  }

  private static void requireZero(OnnxNode node, GraphAssembly graph) {
    ConstantTensor value = graph.constantOrNull(node, 2);
    boolean zero =
        value == null
            ? node.real("value", 0) == 0
            : value.elementCount() == 1 && !value.hasBatch() && value.real(0) == 0;
    if (!zero) {
      throw node.refused("pads with a value other than zero", "pad with zeros");
    }
  }

  private static TensorValue image(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    if (input.shape().rank() != 3) {
      throw node.refused(
          "its input has shape " + input.shape() + ", not [C, H, W]", "use it on images only");
    }
    return input;
  }
}
