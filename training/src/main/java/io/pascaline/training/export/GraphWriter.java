// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a graph's nodes as ONNX nodes with the same names; the input and the output tensor are
 * called as {@link OnnxExporter} says. One graph per object.
 */
final class GraphWriter {
  private final NetworkGraph graph;
  private final ActivationFunctions functions;
  private final GraphProto.Builder proto;

  GraphWriter(NetworkGraph graph, ActivationFunctions functions) {
    this.graph = graph;
    this.functions = functions;
    this.proto = GraphProto.newBuilder().setName(graph.name());
  }

  GraphProto write() {
    proto.addInput(OnnxValues.tensor(OnnxExporter.INPUT, "N", dims(graph.inputShape())));
    proto.addOutput(OnnxValues.tensor(OnnxExporter.OUTPUT, "N", dims(graph.outputShape())));
    for (GraphNode node : graph.nodes()) {
      write(node);
    }
    return proto.build();
  }

  private void write(GraphNode node) {
    proto.addNode(
        switch (node.kind()) {
          case LINEAR -> linear((LinearNode) node);
          case AFFINE -> normalisation((AffineNode) node);
          case ACTIVATION ->
              start(functions.name(((ActivationNode) node).basis()), node)
                  .setDomain(PolynomialFunction.DOMAIN);
          case FUNCTION, HARMONIC ->
              throw new IllegalArgumentException(
                  "node '" + node.name() + "' is a function that no exported operator computes");
          case RELU -> start("Relu", node);
          case PRODUCT -> start("Mul", node);
          case ADD -> start(((AddNode) node).subtracts() ? "Sub" : "Add", node);
          case VIEW -> view((ViewNode) node);
          case CONCAT ->
              start("Concat", node)
                  .addAttribute(
                      OnnxValues.integer("axis", ((ConcatNode) node).geometry().axis() + 1));
          case AVERAGE_POOL -> averagePool((AveragePoolNode) node);
          case MAX_POOL -> maxPool((MaxPoolNode) node);
          case RESHAPE -> reshape((ReshapeNode) node);
        });
  }

  private NodeProto.Builder linear(LinearNode node) {
    return node.map() instanceof Convolution2d convolution
        ? convolution(node, convolution)
        : product(node);
  }

  private NodeProto.Builder convolution(LinearNode node, Convolution2d map) {
    return weighted("Conv", node)
        .addAttribute(OnnxValues.ints("kernel_shape", map.kernelHeight(), map.kernelWidth()))
        .addAttribute(OnnxValues.ints("strides", map.strideHeight(), map.strideWidth()))
        .addAttribute(
            OnnxValues.ints("pads", map.padTop(), map.padLeft(), map.padBottom(), map.padRight()))
        .addAttribute(OnnxValues.ints("dilations", map.dilationHeight(), map.dilationWidth()))
        .addAttribute(OnnxValues.integer("group", map.groups()));
  }

  private NodeProto.Builder product(LinearNode node) {
    return weighted("Gemm", node).addAttribute(OnnxValues.integer("transB", 1));
  }

  private NodeProto.Builder weighted(String type, LinearNode node) {
    NodeProto.Builder builder =
        start(type, node)
            .addInput(constant(node, "weight", node.weights(), dims(node.map().weightShape())));
    if (node.biasOrNull() != null) {
      builder.addInput(constant(node, "bias", node.biasOrNull(), node.biasOrNull().length));
    }
    return builder;
  }

  /** Mean 0, variance 1 and no epsilon: scale and shift are all of it. */
  private NodeProto.Builder normalisation(AffineNode node) {
    int channels = node.shape().dim(0);
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return start("BatchNormalization", node)
        .addInput(constant(node, "scale", node.scalePerChannel(), channels))
        .addInput(constant(node, "shift", node.shiftPerChannel(), channels))
        .addInput(constant(node, "mean", new float[channels], channels))
        .addInput(constant(node, "variance", ones, channels))
        .addAttribute(OnnxValues.real("epsilon", 0));
  }

  private NodeProto.Builder averagePool(AveragePoolNode pool) {
    Shape in = pool.inputShape();
    PoolWindow window = pool.window();
    if (window.kernelHeight() == in.dim(1)
        && window.kernelWidth() == in.dim(2)
        && pool.outputShape().dim(1) == 1
        && pool.outputShape().dim(2) == 1
        && !window.isPadded()) {
      return start("GlobalAveragePool", pool);
    }
    return start("AveragePool", pool)
        .addAttribute(OnnxValues.ints("kernel_shape", window.kernelHeight(), window.kernelWidth()))
        .addAttribute(OnnxValues.ints("strides", window.strideHeight(), window.strideWidth()))
        .addAttribute(
            OnnxValues.ints(
                "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()))
        .addAttribute(OnnxValues.integer("count_include_pad", 1));
  }

  private NodeProto.Builder maxPool(MaxPoolNode pool) {
    PoolWindow window = pool.window();
    return start("MaxPool", pool)
        .addAttribute(OnnxValues.ints("kernel_shape", window.kernelHeight(), window.kernelWidth()))
        .addAttribute(OnnxValues.ints("strides", window.strideHeight(), window.strideWidth()))
        .addAttribute(
            OnnxValues.ints(
                "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()));
  }

  private NodeProto.Builder reshape(ReshapeNode node) {
    if (node.shape().rank() == 1) {
      return start("Flatten", node).addAttribute(OnnxValues.integer("axis", 1));
    }
    return start("Reshape", node).addInput(shape(node));
  }

  /** Adds the shape of a node's tensor as a constant; returns its name. */
  private String shape(GraphNode node) {
    long[] shape = new long[node.outputShape().rank() + 1];
    shape[0] = -1;
    for (int i = 1; i < shape.length; i++) {
      shape[i] = node.outputShape().dim(i - 1);
    }
    String name = node.name() + ".shape";
    proto.addInitializer(OnnxValues.longs(name, shape));
    return name;
  }

  /** Any view at all: elements chosen by their numbers, the pad value behind the last. */
  private NodeProto.Builder view(ViewNode node) {
    String output = tensor(node.name());
    int count = node.view().inputShape().elementCount();
    String latest = output + ".flat";
    proto.addNode(
        step("Flatten", latest, tensor(node.inputs().get(0)))
            .addAttribute(OnnxValues.integer("axis", 1)));
    if (node.view().isPadded()) {
      proto.addInitializer(OnnxValues.longs(output + ".pads", 0, 0, 0, 1));
      proto.addInitializer(OnnxValues.floats(output + ".value", new float[] {node.pad()}));
      proto.addNode(step("Pad", output + ".padded", latest, output + ".pads", output + ".value"));
      latest = output + ".padded";
    }
    int[] numbers = node.view().apply(IntStream.range(0, count).toArray(), count);
    proto.addInitializer(
        OnnxValues.longs(output + ".places", Arrays.stream(numbers).asLongStream().toArray()));
    proto.addNode(
        step("Gather", output + ".chosen", latest, output + ".places")
            .addAttribute(OnnxValues.integer("axis", 1)));
    return step("Reshape", output, output + ".chosen", shape(node));
  }

  private static NodeProto.Builder step(String type, String output, String... inputs) {
    NodeProto.Builder builder =
        NodeProto.newBuilder().setOpType(type).setName(output).addOutput(output);
    return builder.addAllInput(List.of(inputs));
  }

  private NodeProto.Builder start(String type, GraphNode node) {
    String output = tensor(node.name());
    NodeProto.Builder builder =
        NodeProto.newBuilder().setOpType(type).setName(output).addOutput(output);
    node.inputs().forEach(input -> builder.addInput(tensor(input)));
    return builder;
  }

  private String tensor(String name) {
    if (name.equals(graph.inputName())) {
      return OnnxExporter.INPUT;
    }
    return name.equals(graph.outputName()) ? OnnxExporter.OUTPUT : name;
  }

  private String constant(GraphNode node, String kind, float[] values, int... dims) {
    String name = tensor(node.name()) + "." + kind;
    proto.addInitializer(OnnxValues.floats(name, values, dims));
    return name;
  }

  private static int[] dims(Shape shape) {
    int[] dims = new int[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(i);
    }
    return dims;
  }
}
