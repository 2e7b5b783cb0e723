// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads the tensors of a file: float, double, int32, int64 and bool, raw or typed. */
public final class TensorReader {
  private TensorReader() {}

  /**
   * Decodes a tensor.
   *
   * @throws ModelFormatException if it is of another type, lies outside the file or is damaged
   */
  public static ConstantTensor read(TensorProto tensor, String where) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        || tensor.getExternalDataCount() > 0) {
      throw new ModelFormatException(
          where
              + ": its data lie in another file; save the model with the weights inside"
              + " (save_as_external_data=False)");
    }
    if (tensor.hasSegment()) {
      throw new ModelFormatException(where + ": segmented tensors are not supported");
    }
    int[] dims = dims(tensor, where);
    int elementCount = elementCount(dims, where);
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == TensorProto.DataType.FLOAT) {
      return ConstantTensor.ofFloats(dims, floats(tensor, elementCount, where));
    }
    if (type == TensorProto.DataType.DOUBLE) {
      return ConstantTensor.ofDoubles(dims, doubles(tensor, elementCount, where));
    }
    if (type == TensorProto.DataType.INT64
        || type == TensorProto.DataType.INT32
        || type == TensorProto.DataType.BOOL) {
      return ConstantTensor.ofLongs(dims, longs(tensor, type, elementCount, where));
    }
    throw new ModelFormatException(
        where
            + ": element type is "
            + (type == null ? "number " + tensor.getDataType() : type.name())
            + "; export the model in float32");
  }

  private static int[] dims(TensorProto tensor, String where) {
    if (tensor.getDimsCount() > 8) {
      throw new ModelFormatException(
          where + ": has " + tensor.getDimsCount() + " dimensions, more than 8 are not supported");
    }
    int[] dims = new int[tensor.getDimsCount()];
    for (int i = 0; i < dims.length; i++) {
      long dim = tensor.getDims(i);
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw new ModelFormatException(
            where + ": dimension " + i + " is " + dim + "; the file is damaged, export it again");
      }
      dims[i] = (int) dim;
    }
    return dims;
  }

  private static int elementCount(int[] dims, String where) {
    long count = 1;
    for (int dim : dims) {
      count *= dim;
      if (count > Integer.MAX_VALUE) {
        throw new ModelFormatException(
            where + ": holds more than " + Integer.MAX_VALUE + " elements; the file is damaged");
      }
    }
    return (int) count;
  }

  private static float[] floats(TensorProto tensor, int elementCount, String where) {
    requireCount(tensor, elementCount, Float.BYTES, tensor.getFloatDataCount(), where);
    float[] values = new float[elementCount];
    if (tensor.hasRawData()) {
      raw(tensor).asFloatBuffer().get(values);
    } else {
      List<Float> list = tensor.getFloatDataList();
      for (int i = 0; i < elementCount; i++) {
        values[i] = list.get(i);
      }
    }
    return values;
  }

  private static double[] doubles(TensorProto tensor, int elementCount, String where) {
    requireCount(tensor, elementCount, Double.BYTES, tensor.getDoubleDataCount(), where);
    double[] values = new double[elementCount];
    if (tensor.hasRawData()) {
      raw(tensor).asDoubleBuffer().get(values);
    } else {
      for (int i = 0; i < elementCount; i++) {
        values[i] = tensor.getDoubleData(i);
      }
    }
    return values;
  }

  private static long[] longs(
      TensorProto tensor, TensorProto.DataType type, int elementCount, String where) {
    boolean wide = type == TensorProto.DataType.INT64;
    int typedCount = wide ? tensor.getInt64DataCount() : tensor.getInt32DataCount();
    int width = wide ? Long.BYTES : type == TensorProto.DataType.BOOL ? 1 : Integer.BYTES;
    requireCount(tensor, elementCount, width, typedCount, where);
    ByteBuffer raw = tensor.hasRawData() ? raw(tensor) : null;
    long[] values = new long[elementCount];
    for (int i = 0; i < elementCount; i++) {
      if (raw == null) {
        values[i] = wide ? tensor.getInt64Data(i) : tensor.getInt32Data(i);
      } else {
        values[i] = wide ? raw.getLong() : width == 1 ? raw.get() : raw.getInt();
      }
    }
    return values;
  }

  private static ByteBuffer raw(TensorProto tensor) {
    return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void requireCount(
      TensorProto tensor, int elementCount, int widthBytes, int typedCount, String where) {
    boolean fits =
        tensor.hasRawData()
            ? tensor.getRawData().size() == (long) elementCount * widthBytes
            : typedCount == elementCount;
    if (!fits) {
      throw new ModelFormatException(
          where
              + ": its data do not have the "
              + elementCount
              + " elements of its dimensions; the file is damaged, export it again");
    }
  }
}
