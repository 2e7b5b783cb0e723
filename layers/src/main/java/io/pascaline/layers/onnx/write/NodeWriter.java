// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes nodes of a {@link io.pascaline.layers.graph.NetworkGraph} as ONNX nodes of any batch.
 * Names of constants and of tensors inside a node begin with the name of its output and a dot. One
 * ONNX graph per object; not thread-safe.
 */
final class NodeWriter {
  private final GraphProto.Builder proto;
  private final ActivationFunctions functions;

  NodeWriter(GraphProto.Builder proto, ActivationFunctions functions) {
    this.proto = proto;
    this.functions = functions;
  }

  /**
   * Adds a node.
   *
   * @param node any
   * @param inputs the ONNX tensors that it reads
   * @param output the ONNX tensor that it makes
   */
  void write(GraphNode node, List<String> inputs, String output) {
    switch (node.kind()) {
      case LINEAR -> linear((LinearNode) node, inputs.get(0), output);
      case AFFINE -> normalisation((AffineNode) node, inputs.get(0), output);
      case ACTIVATION ->
          add(
              start(functions.name(((ActivationNode) node).basis()), inputs, output)
                  .setDomain(PolynomialFunction.DOMAIN));
      case FUNCTION -> FunctionBody.write(this, (FunctionNode) node, inputs.get(0), output);
      case HARMONIC -> harmonics((HarmonicNode) node, inputs.get(0), output);
      case RELU -> add(start("Relu", inputs, output));
      case PRODUCT -> add(start("Mul", inputs, output));
      case ADD -> add(start(((AddNode) node).subtracts() ? "Sub" : "Add", inputs, output));
      case VIEW -> view((ViewNode) node, inputs.get(0), output);
      case CONCAT ->
          add(
              start("Concat", inputs, output)
                  .addAttribute(
                      OnnxValues.integer("axis", ((ConcatNode) node).geometry().axis() + 1)));
      case AVERAGE_POOL -> averagePool((AveragePoolNode) node, inputs.get(0), output);
      case MAX_POOL -> maxPool((MaxPoolNode) node, inputs.get(0), output);
      case RESHAPE -> reshape((ReshapeNode) node, inputs.get(0), output);
      default ->
          throw new IllegalArgumentException(
              "node '" + node.name() + "' is of unknown kind " + node.kind());
    }
  }

  private void harmonics(HarmonicNode node, String input, String output) {
    String name = functions.harmonics(node.function().harmonicCount(), node.function().hasSlope());
    add(
        start(name, HarmonicsCall.inputs(this, node, input, output), output)
            .setDomain(PolynomialFunction.DOMAIN));
  }

  private void linear(LinearNode node, String input, String output) {
    if (node.map() instanceof Convolution2d map) {
      add(
          weighted("Conv", node, input, output)
              .addAttribute(OnnxValues.ints("kernel_shape", map.kernelHeight(), map.kernelWidth()))
              .addAttribute(OnnxValues.ints("strides", map.strideHeight(), map.strideWidth()))
              .addAttribute(
                  OnnxValues.ints(
                      "pads", map.padTop(), map.padLeft(), map.padBottom(), map.padRight()))
              .addAttribute(OnnxValues.ints("dilations", map.dilationHeight(), map.dilationWidth()))
              .addAttribute(OnnxValues.integer("group", map.groups())));
    } else {
      add(weighted("Gemm", node, input, output).addAttribute(OnnxValues.integer("transB", 1)));
    }
  }

  private NodeProto.Builder weighted(String type, LinearNode node, String input, String output) {
    NodeProto.Builder builder =
        start(type, List.of(input), output)
            .addInput(constant(output + ".weight", node.weights(), dims(node.map().weightShape())));
    if (node.biasOrNull() != null) {
      builder.addInput(constant(output + ".bias", node.biasOrNull(), node.biasOrNull().length));
    }
    return builder;
  }

  /** Mean 0, variance 1 and no epsilon: scale and shift are all of it. */
  private void normalisation(AffineNode node, String input, String output) {
    int channels = node.shape().dim(0);
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    add(
        start("BatchNormalization", List.of(input), output)
            .addInput(constant(output + ".scale", node.scalePerChannel(), channels))
            .addInput(constant(output + ".shift", node.shiftPerChannel(), channels))
            .addInput(constant(output + ".mean", new float[channels], channels))
            .addInput(constant(output + ".variance", ones, channels))
            .addAttribute(OnnxValues.real("epsilon", 0)));
  }

  private void averagePool(AveragePoolNode pool, String input, String output) {
    Shape in = pool.inputShape();
    PoolWindow window = pool.window();
    if (window.kernelHeight() == in.dim(1)
        && window.kernelWidth() == in.dim(2)
        && pool.outputShape().dim(1) == 1
        && pool.outputShape().dim(2) == 1
        && !window.isPadded()) {
      add(start("GlobalAveragePool", List.of(input), output));
    } else {
      add(
          pool("AveragePool", window, input, output)
              .addAttribute(OnnxValues.integer("count_include_pad", 1)));
    }
  }

  private void maxPool(MaxPoolNode pool, String input, String output) {
    add(pool("MaxPool", pool.window(), input, output));
  }

  private static NodeProto.Builder pool(
      String type, PoolWindow window, String input, String output) {
    return start(type, List.of(input), output)
        .addAttribute(OnnxValues.ints("kernel_shape", window.kernelHeight(), window.kernelWidth()))
        .addAttribute(OnnxValues.ints("strides", window.strideHeight(), window.strideWidth()))
        .addAttribute(
            OnnxValues.ints(
                "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()));
  }

  private void reshape(ReshapeNode node, String input, String output) {
    if (node.shape().rank() == 1) {
      add(start("Flatten", List.of(input), output).addAttribute(OnnxValues.integer("axis", 1)));
    } else {
      step("Reshape", output, input, shape(node.outputShape(), output));
    }
  }

  /** Adds the shape of a node's tensor as a constant; returns its name. */
  private String shape(Shape of, String output) {
    long[] shape = new long[of.rank() + 1];
    shape[0] = -1;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = of.dim(i - 1);
    }
    String name = output + ".shape";
    proto.addInitializer(OnnxValues.longs(name, shape));
    return name;
  }

  /** Any view at all: elements chosen by their numbers, the pad value behind the last. */
  private void view(ViewNode node, String input, String output) {
    int count = node.view().inputShape().elementCount();
    String latest = output + ".flat";
    add(start("Flatten", List.of(input), latest).addAttribute(OnnxValues.integer("axis", 1)));
    if (node.view().isPadded()) {
      proto.addInitializer(OnnxValues.longs(output + ".pads", 0, 0, 0, 1));
      String pad = constant(output + ".value", new float[] {node.pad()});
      latest = step("Pad", output + ".padded", latest, output + ".pads", pad);
    }
    int[] numbers = node.view().apply(IntStream.range(0, count).toArray(), count);
    long[] places = Arrays.stream(numbers).asLongStream().toArray();
    String chosen = gather(1, latest, output + ".chosen", places);
    step("Reshape", output, chosen, shape(node.outputShape(), output));
  }

  /**
   * Adds a choice of a tensor's slices.
   *
   * @param axis along which they lie, the batch being 0
   * @param places which slices, in their order
   * @return the output
   */
  String gather(int axis, String input, String output, long... places) {
    proto.addInitializer(OnnxValues.longs(output + ".places", places));
    add(
        start("Gather", List.of(input, output + ".places"), output)
            .addAttribute(OnnxValues.integer("axis", axis)));
    return output;
  }

  /** Adds tensors one behind the other along an axis, the batch being 0; returns the output. */
  String concat(int axis, List<String> inputs, String output) {
    add(start("Concat", inputs, output).addAttribute(OnnxValues.integer("axis", axis)));
    return output;
  }

  /** Adds an operator without attributes; returns the output. */
  String step(String type, String output, String... inputs) {
    add(start(type, List.of(inputs), output));
    return output;
  }

  /** Adds a float constant, without dims a scalar; returns its name. */
  String constant(String name, float[] values, int... dims) {
    proto.addInitializer(OnnxValues.floats(name, values, dims));
    return name;
  }

  private void add(NodeProto.Builder node) {
    proto.addNode(node);
  }

  private static NodeProto.Builder start(String type, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addOutput(output)
        .addAllInput(inputs);
  }

  static int[] dims(Shape shape) {
    int[] dims = new int[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(i);
    }
    return dims;
  }
}
