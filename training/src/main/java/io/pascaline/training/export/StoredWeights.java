// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rounds the weights of a model to fewer bytes. A node behind each rounded tensor (Cast or
 * DequantizeLinear) restores float32 under the tensor's name, so that the other nodes do not
 * change.
 */
final class StoredWeights {
  /** Rounding the weights of smaller layers would not make a file noticeably smaller. */
  private static final int MIN_ELEMENTS = 4096;

  private static final int MAX_STEP = 127;
  private static final float MAX_FLOAT16 = 65504;
  private static final String STORED = "_stored";
  private static final String SCALE = "_scale";

  private StoredWeights() {}

  /**
   * Returns the model with the weights of its large layers in a format.
   *
   * @throws IllegalArgumentException if a weight is outside the range of the format
   */
  static ModelProto in(WeightFormat format, ModelProto model) {
    if (format == WeightFormat.FLOAT32) {
      return model;
    }
    GraphProto graph = model.getGraph();
    GraphProto.Builder rounded = graph.toBuilder().clearInitializer().clearNode();
    List<NodeProto> restoring = new ArrayList<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (!isLarge(tensor)) {
        rounded.addInitializer(tensor);
      } else if (format == WeightFormat.FLOAT16) {
        rounded.addInitializer(float16(tensor));
        restoring.add(cast(tensor.getName()));
      } else {
        float[] scales = scales(tensor);
        rounded.addInitializer(int8(tensor, scales));
        rounded.addInitializer(floats(tensor.getName() + SCALE, scales));
        restoring.add(dequantised(tensor.getName()));
      }
    }
    rounded.addAllNode(restoring).addAllNode(graph.getNodeList());
    return model.toBuilder().setGraph(rounded).build();
  }

  private static boolean isLarge(TensorProto tensor) {
    return tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber()
        && tensor.getDimsCount() >= 2
        && elements(tensor).remaining() >= MIN_ELEMENTS;
  }

  private static FloatBuffer elements(TensorProto tensor) {
    return tensor
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer();
  }

  private static TensorProto float16(TensorProto tensor) {
    FloatBuffer values = elements(tensor);
    ByteBuffer bytes =
        ByteBuffer.allocate(Short.BYTES * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      float value = values.get();
      if (!(Math.abs(value) <= MAX_FLOAT16)) {
        throw new IllegalArgumentException(
            "weight " + value + " of " + tensor.getName() + " is outside the range of float16");
      }
      bytes.putShort(Fp16Conversions.floatToFp16(value));
    }
    return stored(tensor, TensorProto.DataType.FLOAT16, bytes.array());
  }

  /** Returns one scale for each output channel, which is the first dimension. */
  private static float[] scales(TensorProto tensor) {
    FloatBuffer values = elements(tensor);
    float[] scales = new float[Math.toIntExact(tensor.getDims(0))];
    int rowLength = values.remaining() / scales.length;
    for (int row = 0; row < scales.length; row++) {
      float largest = 0;
      for (int i = 0; i < rowLength; i++) {
        float value = values.get();
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException(
              "weight " + value + " of " + tensor.getName() + " is not finite");
        }
        largest = Math.max(largest, Math.abs(value));
      }
      float scale = largest / MAX_STEP;
      // If all weights of a channel are zero or denormal, they become zero.
      scales[row] = scale >= Float.MIN_NORMAL ? scale : 1;
    }
    return scales;
  }

  private static TensorProto int8(TensorProto tensor, float[] scales) {
    FloatBuffer values = elements(tensor);
    byte[] bytes = new byte[values.remaining()];
    int rowLength = bytes.length / scales.length;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(values.get() / scales[i / rowLength]);
    }
    return stored(tensor, TensorProto.DataType.INT8, bytes);
  }

  private static TensorProto stored(TensorProto tensor, TensorProto.DataType type, byte[] bytes) {
    return TensorProto.newBuilder()
        .setName(tensor.getName() + STORED)
        .setDataType(type.getNumber())
        .addAllDims(tensor.getDimsList())
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  private static TensorProto floats(String name, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(bytes.array()))
        .build();
  }

  private static NodeProto cast(String name) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .addInput(name + STORED)
        .addOutput(name)
        .addAttribute(integer("to", TensorProto.DataType.FLOAT.getNumber()))
        .build();
  }

  private static NodeProto dequantised(String name) {
    return NodeProto.newBuilder()
        .setOpType("DequantizeLinear")
        .addInput(name + STORED)
        .addInput(name + SCALE)
        .addOutput(name)
        .addAttribute(integer("axis", 0))
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }
}
