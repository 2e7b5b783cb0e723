// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.SplittableRandom;

/**
 * A network of a few hundred weights as an ONNX file: 6x6 grey images, a convolution, the square
 * plus the value itself as its activation, a matrix product to three classes.
 */
final class TinyModel {
  static final int CLASS_COUNT = 3;
  static final int SIDE = 6;

  /** Rounds of one inference: two openings of linear layers, one of the activation. */
  static final int EXCHANGES = 3;

  /** Bytes that a party opens for one inference: 36 pixels, and 4 channels of 4x4 twice. */
  static final int ONLINE_BYTES = 4 * (36 + 64 + 64);

  private TinyModel() {}

  static byte[] onnx() {
    return onnx("Mul");
  }

  /** Returns the same with another operator in place of the product in the activation. */
  static byte[] onnx(String activationOperator) {
    SplittableRandom random = new SplittableRandom(20);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("tiny")
            .addInput(value("x", 1, 1, SIDE, SIDE))
            .addOutput(value("y", 1, CLASS_COUNT))
            .addInitializer(tensor(random, "w", 0.4f, 4, 1, 3, 3))
            .addInitializer(tensor(random, "v", 0.5f, CLASS_COUNT, 64))
            .addNode(node("Conv", "conv", "x", "w"))
            .addNode(
                activationOperator.equals("Mul")
                    ? node("Mul", "square", "conv", "conv")
                    : node(activationOperator, "square", "conv"))
            .addNode(node("Add", "activation", "square", "conv"))
            .addNode(node("Flatten", "flat", "activation"))
            .addNode(transposed(node("Gemm", "y", "flat", "v")));
    return model(graph);
  }

  /** Returns a network of squares with one output, whose predictions agree whatever the value. */
  static byte[] regression() {
    SplittableRandom random = new SplittableRandom(22);
    return model(
        GraphProto.newBuilder()
            .setName("regression")
            .addInput(value("x", 1, 1, SIDE, SIDE))
            .addOutput(value("y", 1, 1))
            .addInitializer(tensor(random, "w", 0.4f, 4, 1, 3, 3))
            .addInitializer(tensor(random, "v", 0.5f, 1, 64))
            .addNode(node("Conv", "conv", "x", "w"))
            .addNode(node("Mul", "square", "conv", "conv"))
            .addNode(node("Flatten", "flat", "square"))
            .addNode(transposed(node("Gemm", "y", "flat", "v"))));
  }

  /** Returns a network of squares that takes {@code inputCount} numbers. */
  static byte[] ofNumbers(int inputCount, int outputCount) {
    SplittableRandom random = new SplittableRandom(23);
    return model(
        GraphProto.newBuilder()
            .setName("numbers")
            .addInput(value("x", 1, inputCount))
            .addOutput(value("y", 1, outputCount))
            .addInitializer(tensor(random, "w", 0.4f, 8, inputCount))
            .addInitializer(tensor(random, "v", 0.5f, outputCount, 8))
            .addNode(transposed(node("Gemm", "hidden", "x", "w")))
            .addNode(node("Mul", "square", "hidden", "hidden"))
            .addNode(transposed(node("Gemm", "y", "square", "v"))));
  }

  /**
   * Two convolutions with exact ReLU ({@code relu1}, {@code relu2}) and a maximum over 2x2 windows
   * ({@code pool}) between them, then a matrix product to three classes.
   */
  static byte[] exact() {
    SplittableRandom random = new SplittableRandom(21);
    return model(
        GraphProto.newBuilder()
            .setName("exact")
            .addInput(value("x", 1, 1, SIDE, SIDE))
            .addOutput(value("y", 1, CLASS_COUNT))
            .addInitializer(tensor(random, "w", 0.4f, 4, 1, 3, 3))
            .addInitializer(tensor(random, "u", 0.8f, 8, 4, 1, 1))
            .addInitializer(tensor(random, "v", 0.8f, CLASS_COUNT, 32))
            .addNode(node("Conv", "conv1", "x", "w"))
            .addNode(node("Relu", "relu1", "conv1"))
            .addNode(
                node("MaxPool", "pool", "relu1").toBuilder()
                    .addAttribute(ints("kernel_shape", 2, 2))
                    .addAttribute(ints("strides", 2, 2)))
            .addNode(node("Conv", "conv2", "pool", "u"))
            .addNode(node("Relu", "relu2", "conv2"))
            .addNode(node("Flatten", "flat", "relu2"))
            .addNode(transposed(node("Gemm", "y", "flat", "v"))));
  }

  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static NodeProto transposed(NodeProto product) {
    return product.toBuilder()
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("transB")
                .setType(AttributeProto.AttributeType.INT)
                .setI(1))
        .build();
  }

  private static byte[] model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .addMetadataProps(entry("pascaline.input.mean", "0.5"))
        .addMetadataProps(entry("pascaline.input.std", "0.25"))
        .addMetadataProps(entry("pascaline.labels", "red,green,blue"))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).setName("node_" + output).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.build();
  }

  private static TensorProto tensor(
      SplittableRandom random, String name, float scale, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    long count = 1;
    for (long dim : dims) {
      tensor.addDims(dim);
      count *= dim;
    }
    for (long i = 0; i < count; i++) {
      tensor.addFloatData((float) (scale * (2 * random.nextDouble() - 1)));
    }
    return tensor.build();
  }

  private static ValueInfoProto value(String name, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }
}
