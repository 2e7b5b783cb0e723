// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Averages, sums and maxima over windows and over whole dimensions. */
final class PoolOperators {
  /** From here on, what a window has beyond the padding does not count. */
  private static final long CLIPPING_OPSET = 19;

  private PoolOperators() {}

  static void averagePool(OnnxNode node, GraphAssembly graph) {
    ImportedValue.Padded input = graph.window(node, 0);
    WindowAttributes window = WindowAttributes.read(node, input, null);
    if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
      throw node.refused("its window is dilated", "use a dense window");
    }
    Shape shape = WindowAttributes.image(input.source().shape());
    int[] outer = {input.padTop(), input.padLeft(), input.padBottom(), input.padRight()};
    // Zeros of a Pad before it count in any case, its own padding if the attribute says so.
    int[] counted = node.integer("count_include_pad", 0) != 0 ? window.pads() : outer;
    int[] pads = node.integer("ceil_mode", 0) != 0 ? window.padsOfCeiling(shape) : window.pads();
    if (graph.opset() < CLIPPING_OPSET
        && node.integer("count_include_pad", 0) != 0
        && !Arrays.equals(pads, window.pads())) {
      throw node.refused(
          "ceil_mode makes windows that extend beyond the padding, which is counted; before"
              + " operator set 19, runtimes divide by different numbers there",
          "export with opset_version=19, or with count_include_pad=False");
    }
    NodeChain chain = NodeChain.of(node, graph, input.source()).reshape(shape);
    if (Arrays.equals(pads, counted)) {
      chain.averagePool(window.pool(shape));
    } else {
      int[] before = {0, counted[0], counted[1]};
      int[] after = {0, counted[2], counted[3]};
      chain.view(TensorView.padded(shape, before, after, false));
      int[] left = new int[4];
      Arrays.setAll(left, i -> pads[i] - counted[i]);
      UnevenAverage.add(node, chain, window.withPads(left));
    }
    asGiven(chain, input.source().shape()).bind();
  }

  static void maxPool(OnnxNode node, GraphAssembly graph) {
    for (int i = 1; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        throw node.refused(
            "gives the indices of the largest elements", "export it without indices");
      }
    }
    // Zeros of a Pad before it may be the largest elements; those of its own padding never are.
    TensorValue input = graph.tensor(node, 0);
    ImportedValue.Padded unpadded = new ImportedValue.Padded(input, 0, 0, 0, 0, node.where());
    WindowAttributes window = WindowAttributes.read(node, unpadded, null);
    Shape shape = WindowAttributes.image(input.shape());
    if (node.integer("ceil_mode", 0) != 0) {
      window = window.withPads(window.padsOfCeiling(shape));
    }
    NodeChain chain = NodeChain.of(node, graph, input).reshape(shape);
    if (window.dilationHeight() == 1 && window.dilationWidth() == 1) {
      chain.maxPool(window.pool(shape));
    } else {
      dilatedMax(node, graph, input, chain, window);
    }
    asGiven(chain, input.shape()).bind();
  }

  /** Puts the elements of each window side by side, and takes the largest of each. */
  private static void dilatedMax(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue input,
      NodeChain chain,
      WindowAttributes window) {
    int[] pads = window.pads();
    if (Arrays.stream(pads).anyMatch(pad -> pad != 0)) {
      if (!(graph.nodeOrNull(graph.nodeName(node.where(), input)) instanceof ReluNode)) {
        throw node.refused(
            "its window is dilated and extends beyond the edge",
            "put a Relu before it, or omit the pads");
      }
      // Nothing is smaller than the zeros.
      int[] before = {0, pads[0], pads[1]};
      int[] after = {0, pads[2], pads[3]};
      chain.view(TensorView.padded(chain.shape(), before, after, false));
    }
    Shape shape = chain.shape();
    int[] kernel = {window.kernelHeight(), window.kernelWidth()};
    int[] dilation = {window.dilationHeight(), window.dilationWidth()};
    int[] stride = {window.strideHeight(), window.strideWidth()};
    int[] counts = new int[2];
    TensorView.Axis[] axes = new TensorView.Axis[5];
    int plane = shape.dim(1) * shape.dim(2);
    axes[0] = new TensorView.Axis(shape.dim(0), 0, 1, shape.dim(0), plane, false);
    for (int i = 0; i < 2; i++) {
      int room = shape.dim(1 + i) - dilation[i] * (kernel[i] - 1) - 1;
      counts[i] = Math.floorDiv(room, stride[i]) + 1;
      if (counts[i] < 1) {
        throw node.refused("its window is larger than " + shape, "use a larger input");
      }
      int unit = i == 0 ? shape.dim(2) : 1;
      axes[1 + 2 * i] = apart(counts[i], unit * stride[i]);
      axes[2 + 2 * i] = apart(kernel[i], unit * dilation[i]);
    }
    Shape apart = Shape.of(shape.dim(0), counts[0] * kernel[0], counts[1] * kernel[1]);
    chain.view(new TensorView(shape, 0, List.of(axes), apart));
    chain.maxPool(
        new PoolWindow(
            apart.dim(0),
            apart.dim(1),
            apart.dim(2),
            kernel[0],
            kernel[1],
            kernel[0],
            kernel[1],
            0,
            0,
            0,
            0));
  }

  private static TensorView.Axis apart(int count, int stride) {
    return new TensorView.Axis(count, 0, 1, count, stride, false);
  }

  static void globalMaxPool(OnnxNode node, GraphAssembly graph) {
    TensorValue input = image(node, graph);
    Shape shape = WindowAttributes.image(input.shape());
    NodeChain chain =
        NodeChain.of(node, graph, input)
            .reshape(shape)
            .then(
                "max",
                Shape.of(shape.dim(0), 1, 1),
                (name, inputs) -> MaxPoolNode.global(name, inputs.get(0), shape));
    asGiven(chain, input.shape()).bind();
  }

  static void globalAveragePool(OnnxNode node, GraphAssembly graph) {
    TensorValue input = image(node, graph);
    Shape shape = WindowAttributes.image(input.shape());
    NodeChain chain = NodeChain.of(node, graph, input).reshape(shape).averagePool(whole(shape));
    asGiven(chain, input.shape()).bind();
  }

  private static PoolWindow whole(Shape shape) {
    return new PoolWindow(
        shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(1), shape.dim(2), 1, 1, 0, 0, 0, 0);
  }

  static void reduceMean(OnnxNode node, GraphAssembly graph) {
    reduced(node, graph, false).bind();
  }

  static void reduceMax(OnnxNode node, GraphAssembly graph) {
    reduced(node, graph, true).bind();
  }

  /** The largest of the negative elements, negative. */
  static void reduceMin(OnnxNode node, GraphAssembly graph) {
    String negative = graph.freshName(node.output() + "/negative");
    ArithmeticOperators.negate(of(node, "Neg", node.inputs().subList(0, 1), negative), graph);
    String most = graph.freshName(node.output() + "/most");
    reduceMax(of(node, "ReduceMax", reading(node, negative), most), graph);
    ArithmeticOperators.negate(of(node, "Neg", List.of(most), node.output()), graph);
  }

  /** Sums of magnitudes. */
  static void reduceMagnitudes(OnnxNode node, GraphAssembly graph) {
    String each = graph.freshName(node.output() + "/magnitude");
    FunctionOperators.function(of(node, "Abs", node.inputs().subList(0, 1), each), graph);
    reduceSum(of(node, "ReduceSum", reading(node, each), node.output()), graph);
  }

  /** Sums of squares. */
  static void reduceSquares(OnnxNode node, GraphAssembly graph) {
    String each = graph.freshName(node.output() + "/square");
    List<String> twice = List.of(node.input(0), node.input(0));
    ArithmeticOperators.multiply(of(node, "Mul", twice, each), graph);
    reduceSum(of(node, "ReduceSum", reading(node, each), node.output()), graph);
  }

  private static OnnxNode of(OnnxNode origin, String operator, List<String> inputs, String output) {
    return new OnnxNode("", operator, origin.label(), inputs, List.of(output), origin.attributes());
  }

  /** Returns a node's inputs with another first one. */
  private static List<String> reading(OnnxNode node, String first) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, first);
    return inputs;
  }

  static void reduceSum(OnnxNode node, GraphAssembly graph) {
    NodeChain chain = reduced(node, graph, false);
    Shape shape = chain.shape();
    int count = graph.tensor(node, 0).shape().elementCount() / shape.elementCount();
    int channels = shape.dim(0);
    graph.budget().charge(2L * channels, node.where());
    float[] scales = new float[channels];
    Arrays.fill(scales, count);
    chain
        .then(
            "sum",
            shape,
            (name, inputs) -> new AffineNode(name, inputs, shape, scales, new float[channels]))
        .bind();
  }

  /** Brings the dimensions to reduce to the end, where they are one window. */
  private static NodeChain reduced(OnnxNode node, GraphAssembly graph, boolean max) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank();
    long[] given = ShapeOperators.axesOrNull(node, graph, 1);
    boolean all = given == null || given.length == 0;
    if (all && node.integer("noop_with_empty_axes", 0) != 0) {
      return NodeChain.of(node, graph, input);
    }
    boolean[] goes = new boolean[rank];
    for (int i = 0; i < (all ? 1 : given.length); i++) {
      int axis = all ? 0 : node.axis(given[i], rank + 1);
      if (axis == 0) {
        throw node.refused(
            "reduces the batch", "name the axes to reduce; the batch must stay as it is");
      }
      goes[axis - 1] = true;
    }
    int[] order =
        IntStream.concat(
                IntStream.range(0, rank).filter(d -> !goes[d]),
                IntStream.range(0, rank).filter(d -> goes[d]))
            .toArray();
    int[] kept = input.shape().dims();
    int area = 1;
    for (int d = 0; d < rank; d++) {
      area *= goes[d] ? kept[d] : 1;
      kept[d] = goes[d] ? 1 : kept[d];
    }
    int[] left = IntStream.range(0, rank).filter(d -> !goes[d]).map(d -> kept[d]).toArray();
    boolean keeps = node.integer("keepdims", 1) != 0;
    NodeChain chain = NodeChain.of(node, graph, input);
    if (rank == 3 && !goes[0] && goes[1] && goes[2]) {
      // The usual case needs no view.
      chain = max ? chain.maxPool(whole(input.shape())) : chain.averagePool(whole(input.shape()));
    } else {
      int rows = input.shape().elementCount() / area;
      chain.view(TensorView.transposed(input.shape(), order)).reshape(Shape.of(rows, 1, area));
      PoolWindow window = whole(chain.shape());
      chain = max ? chain.maxPool(window) : chain.averagePool(window);
    }
    return chain.reshape(Shape.of(keeps || left.length == 0 ? kept : left));
  }

  /** Goes back to [C, L] where the input has this form. */
  private static NodeChain asGiven(NodeChain chain, Shape input) {
    Shape shape = chain.shape();
    return input.rank() == 2 ? chain.reshape(Shape.of(shape.dim(0), shape.dim(2))) : chain;
  }

  private static TensorValue image(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    if (input.shape().rank() != 3 && input.shape().rank() != 2) {
      throw node.refused(
          "its input has shape " + input.shape() + ", not [C, H, W] or [C, L]",
          "use it on images or lines only");
    }
    return input;
  }
}
