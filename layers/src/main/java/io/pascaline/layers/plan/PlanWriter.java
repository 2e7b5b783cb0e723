// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Appends the fields of a plan, big-endian; {@link PlanReader} reads them. */
final class PlanWriter {
  static final int MAX_RANK = 8;
  static final int CONVOLUTION = 1;
  static final int MATRIX = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  PlanWriter u8(int value) {
    bytes.write(value);
    return this;
  }

  PlanWriter u16(String what, int value) {
    if (value < 0 || value > 0xFFFF) {
      throw new IllegalArgumentException(what + " is " + value + ", must be at most 65535");
    }
    return u8(value >>> 8).u8(value);
  }

  PlanWriter i32(int... values) {
    ByteBuffer field = ByteBuffer.allocate(values.length * Integer.BYTES);
    field.asIntBuffer().put(values);
    bytes.writeBytes(field.array());
    return this;
  }

  PlanWriter i64(long value) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    return this;
  }

  PlanWriter f64(double value) {
    return i64(Double.doubleToRawLongBits(value));
  }

  /** Appends bytes that another class encodes. */
  PlanWriter raw(byte[] encoded) {
    bytes.writeBytes(encoded);
    return this;
  }

  PlanWriter text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    return u16("length of a name", encoded.length).raw(encoded);
  }

  PlanWriter shape(Shape shape) {
    if (shape.rank() > MAX_RANK) {
      throw new IllegalArgumentException("rank is " + shape.rank() + ", must be at most 8");
    }
    u8(shape.rank());
    for (int i = 0; i < shape.rank(); i++) {
      i32(shape.dim(i));
    }
    return this;
  }

  PlanWriter map(LinearMap map) {
    if (map instanceof Convolution2d c) {
      return u8(CONVOLUTION)
          .i32(
              c.inputChannels(),
              c.inputHeight(),
              c.inputWidth(),
              c.outputChannels(),
              c.kernelHeight(),
              c.kernelWidth(),
              c.strideHeight(),
              c.strideWidth(),
              c.padTop(),
              c.padLeft(),
              c.padBottom(),
              c.padRight(),
              c.dilationHeight(),
              c.dilationWidth(),
              c.groups());
    }
    if (map instanceof MatrixProduct matrix) {
      return u8(MATRIX).i32(matrix.inputCount(), matrix.outputCount());
    }
    throw new IllegalArgumentException("linear map is of unknown kind " + map);
  }

  PlanWriter view(TensorView view) {
    shape(view.inputShape()).i32(view.offset()).u8(view.axes().size());
    for (TensorView.Axis axis : view.axes()) {
      i32(axis.count(), axis.start(), axis.step(), axis.extent(), axis.stride())
          .u8(axis.clamped() ? 1 : 0);
    }
    return shape(view.outputShape());
  }

  /** Appends the geometry; how many tensors there are is not part of it. */
  PlanWriter concatenation(Concatenation geometry) {
    shape(geometry.inputShapes().get(0)).u8(geometry.axis());
    geometry.inputShapes().forEach(shape -> i32(shape.dim(geometry.axis())));
    return this;
  }

  PlanWriter window(PoolWindow w) {
    return i32(
        w.channels(),
        w.inputHeight(),
        w.inputWidth(),
        w.kernelHeight(),
        w.kernelWidth(),
        w.strideHeight(),
        w.strideWidth(),
        w.padTop(),
        w.padLeft(),
        w.padBottom(),
        w.padRight());
  }
}
