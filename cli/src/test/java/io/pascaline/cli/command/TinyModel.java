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

  /** Exchanges of one inference: two openings of linear layers, one of the activation. */
  static final int EXCHANGES = 3;

  /** Bytes that a party opens for one inference: 36 pixels, and 4 channels of 4x4 twice. */
  static final int ONLINE_BYTES = 4 * (36 + 64 + 64);

  private TinyModel() {}

  static byte[] onnx() {
    return onnx("Mul");
  }

  /** The same with another operator in place of the product in the activation. */
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
            .addNode(
                node("Gemm", "y", "flat", "v").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("transB")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1)));
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
