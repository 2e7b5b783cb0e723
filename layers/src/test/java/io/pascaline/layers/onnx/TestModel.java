// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;

/** Writes small ONNX models: tensor {@code x} in, tensor {@code y} out. */
final class TestModel {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
  private final SplittableRandom random;
  private int opset = 17;

  TestModel(long seed, long... inputDims) {
    random = new SplittableRandom(seed);
    graph.addInput(value("x", TensorProto.DataType.FLOAT, inputDims));
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName("y")
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(
                        TypeProto.Tensor.newBuilder()
                            .setElemType(TensorProto.DataType.FLOAT_VALUE))));
  }

  /** Returns a value's declaration; a dimension of -1 is called N. */
  static ValueInfoProto value(String name, TensorProto.DataType type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      shape.addDim(
          dim < 0
              ? TensorShapeProto.Dimension.newBuilder().setDimParam("N")
              : TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  /** Adds an input beside {@code x}. */
  TestModel input(String name, long... dims) {
    graph.addInput(value(name, TensorProto.DataType.FLOAT, dims));
    return this;
  }

  TestModel opset(int version) {
    opset = version;
    return this;
  }

  TestModel function(FunctionProto function) {
    model.addFunctions(function);
    model.addOpsetImport(
        OperatorSetIdProto.newBuilder().setDomain(function.getDomain()).setVersion(1));
    return this;
  }

  /**
   * Returns a node with inputs and outputs written as {@code "a b -> c"}; {@code _} is an absent
   * one.
   */
  TestModel node(String operator, String tensors, AttributeProto... attributes) {
    return node(proto(operator, tensors, attributes));
  }

  TestModel node(NodeProto node) {
    graph.addNode(node);
    return this;
  }

  static NodeProto proto(String operator, String tensors, AttributeProto... attributes) {
    NodeProto.Builder node = NodeProto.newBuilder();
    int dot = operator.lastIndexOf('.');
    if (dot > 0) {
      node.setDomain(operator.substring(0, dot));
    }
    node.setOpType(operator.substring(dot + 1));
    boolean output = false;
    for (String word : tensors.split(" ")) {
      if (word.equals("->")) {
        output = true;
      } else if (output) {
        node.addOutput(word.equals("_") ? "" : word);
      } else if (!word.isEmpty()) {
        node.addInput(word.equals("_") ? "" : word);
      }
    }
    return node.setName(operator + "_" + node.getOutput(0))
        .addAllAttribute(List.of(attributes))
        .build();
  }

  /** Random weights in [-scale, scale). */
  TestModel weights(String name, double scale, long... dims) {
    return weightsIn(name, -scale, scale, dims);
  }

  /** Random weights in [from, to). */
  TestModel weightsIn(String name, double from, double to, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (from + (to - from) * random.nextDouble());
    }
    return initializer(floats(name, values, dims));
  }

  TestModel initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  /** Returns a constant node with one float. */
  TestModel constant(String name, double value) {
    return node("Constant", "-> " + name, tensor("value", floats("", new float[] {(float) value})));
  }

  /** Returns a constant node with a float of no dimensions. */
  TestModel scalar(String name, double value) {
    return node("Constant", "-> " + name, real("value_float", value));
  }

  /** Returns a constant node with one integer. */
  TestModel constant64(String name, long value) {
    return node("Constant", "-> " + name, tensor("value", longs("", new long[] {value})));
  }

  /** Returns a constant node with a list of integers. */
  TestModel constants(String name, long... values) {
    return node("Constant", "-> " + name, tensor("value", longs("", values, values.length)));
  }

  static TensorProto floats(String name, float[] values, long... dims) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return dims(TensorProto.newBuilder(), dims)
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .setRawData(ByteString.copyFrom(raw.array()))
        .build();
  }

  static TensorProto longs(String name, long[] values, long... dims) {
    TensorProto.Builder tensor = dims(TensorProto.newBuilder(), dims);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return tensor.setName(name).setDataType(TensorProto.DataType.INT64_VALUE).build();
  }

  private static TensorProto.Builder dims(TensorProto.Builder tensor, long... dims) {
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto real(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto tensor(String name, TensorProto value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.TENSOR)
        .setT(value)
        .build();
  }

  GraphProto.Builder graph() {
    return graph;
  }

  ModelProto.Builder model() {
    return model;
  }

  byte[] bytes() {
    return model
        .clone()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph)
        .build()
        .toByteArray();
  }
}
