// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads the tensors of a file: real numbers, integers and bool of 8 to 64 bits, raw or typed. */
public final class TensorReader {
  private TensorReader() {}

  /** Returns whether an element type of the format is one of real numbers. */
  public static boolean isReal(long elementType) {
    return elementType == TensorProto.DataType.FLOAT_VALUE
        || elementType == TensorProto.DataType.DOUBLE_VALUE
        || elementType == TensorProto.DataType.FLOAT16_VALUE
        || elementType == TensorProto.DataType.BFLOAT16_VALUE;
  }

  /** Returns whether an element type of the format is one of integers of 8 to 64 bits. */
  static boolean isInteger(long elementType) {
    return elementType >= TensorProto.DataType.UINT8_VALUE
            && elementType <= TensorProto.DataType.INT64_VALUE
        || elementType == TensorProto.DataType.UINT32_VALUE
        || elementType == TensorProto.DataType.UINT64_VALUE;
  }

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
              + ": its data lie in another file; read the model by its path, with that file beside"
              + " it");
    }
    if (tensor.hasSegment()) {
      throw new ModelFormatException(where + ": segmented tensors are not supported");
    }
    int[] dims = dims(tensor, where);
    int elementCount = elementCount(dims, where);
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type != null) {
      switch (type) {
        case FLOAT:
          return ConstantTensor.ofFloats(dims, floats(tensor, elementCount, where));
        case FLOAT16, BFLOAT16:
          return ConstantTensor.ofFloats(dims, shortFloats(tensor, type, elementCount, where));
        case DOUBLE:
          return ConstantTensor.ofDoubles(dims, doubles(tensor, elementCount, where));
        case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOL:
          return ConstantTensor.ofLongs(dims, longs(tensor, type, elementCount, where));
        default:
          break;
      }
    }
    throw new ModelFormatException(
        where
            + ": element type is "
            + (type == null ? "number " + tensor.getDataType() : type.name())
            + "; export the model in float32 or float16");
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

  private static float[] shortFloats(
      TensorProto tensor, TensorProto.DataType type, int elementCount, String where) {
    requireCount(tensor, elementCount, Short.BYTES, tensor.getInt32DataCount(), where);
    ByteBuffer raw = tensor.hasRawData() ? raw(tensor) : null;
    float[] values = new float[elementCount];
    for (int i = 0; i < elementCount; i++) {
      int bits = (raw == null ? tensor.getInt32Data(i) : raw.getShort()) & 0xffff;
      values[i] =
          type == TensorProto.DataType.BFLOAT16
              ? Float.intBitsToFloat(bits << 16)
              : halfPrecision(bits);
    }
    return values;
  }

  /** Returns the number that 16 bits stand for: a sign, 5 bits of exponent, 10 of mantissa. */
  private static float halfPrecision(int bits) {
    int exponent = bits >> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    float magnitude;
    if (exponent == 0) {
      magnitude = mantissa * 0x1p-24f;
    } else if (exponent == 0x1f) {
      magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Math.scalb((float) (0x400 + mantissa), exponent - 25);
    }
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  private static long[] longs(
      TensorProto tensor, TensorProto.DataType type, int elementCount, String where) {
    int typedCount =
        switch (type) {
          case INT64 -> tensor.getInt64DataCount();
          case UINT32, UINT64 -> tensor.getUint64DataCount();
          default -> tensor.getInt32DataCount();
        };
    int width =
        switch (type) {
          case INT64, UINT64 -> Long.BYTES;
          case INT32, UINT32 -> Integer.BYTES;
          case INT16, UINT16 -> Short.BYTES;
          default -> Byte.BYTES;
        };
    requireCount(tensor, elementCount, width, typedCount, where);
    ByteBuffer raw = tensor.hasRawData() ? raw(tensor) : null;
    long[] values = new long[elementCount];
    for (int i = 0; i < elementCount; i++) {
      values[i] = raw == null ? typed(tensor, type, i) : rawInteger(raw, type);
    }
    return values;
  }

  private static long typed(TensorProto tensor, TensorProto.DataType type, int index) {
    return switch (type) {
      case INT64 -> tensor.getInt64Data(index);
      case UINT32, UINT64 -> tensor.getUint64Data(index);
      default -> tensor.getInt32Data(index);
    };
  }

  private static long rawInteger(ByteBuffer raw, TensorProto.DataType type) {
    return switch (type) {
      case INT64, UINT64 -> raw.getLong();
      case INT32 -> raw.getInt();
      case UINT32 -> raw.getInt() & 0xffff_ffffL;
      case INT16 -> raw.getShort();
      case UINT16 -> raw.getShort() & 0xffff;
      case UINT8 -> raw.get() & 0xff;
      default -> raw.get();
    };
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
