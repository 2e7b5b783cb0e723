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
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the fields that {@link PlanWriter} appends. Takes no more memory than the bytes are long;
 * throws a {@link BufferUnderflowException} at their end.
 */
final class PlanReader {
  private static final int WINDOW_INTS = 11;
  private static final int CONVOLUTION_INTS = 15;

  private final ByteBuffer in;

  PlanReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  /** Returns the bytes that follow, for what another class decodes; it moves on with them. */
  ByteBuffer raw() {
    return in;
  }

  int i8() {
    return in.get();
  }

  boolean flag() {
    return in.get() == 1;
  }

  int u16() {
    return Short.toUnsignedInt(in.getShort());
  }

  int i32() {
    return in.getInt();
  }

  long i64() {
    return in.getLong();
  }

  double f64() {
    return in.getDouble();
  }

  private int[] ints(int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getInt();
    }
    return values;
  }

  String text() {
    int length = u16();
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  Shape shape() {
    int rank = in.get();
    if (rank < 0 || rank > PlanWriter.MAX_RANK) {
      throw new IllegalArgumentException(
          "rank is " + rank + ", must be at most " + PlanWriter.MAX_RANK);
    }
    return Shape.of(ints(rank));
  }

  LinearMap map() {
    int kind = in.get();
    return switch (kind) {
      case PlanWriter.CONVOLUTION -> {
        int[] g = ints(CONVOLUTION_INTS);
        yield new Convolution2d(
            g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12], g[13],
            g[14]);
      }
      case PlanWriter.MATRIX -> new MatrixProduct(in.getInt(), in.getInt());
      default -> throw new IllegalArgumentException("linear map is of unknown kind " + kind);
    };
  }

  TensorView view() {
    Shape input = shape();
    int offset = in.getInt();
    int axisCount = in.get();
    List<TensorView.Axis> axes = new ArrayList<>();
    for (int d = 0; d < axisCount; d++) {
      int[] a = ints(5);
      axes.add(new TensorView.Axis(a[0], a[1], a[2], a[3], a[4], flag()));
    }
    return new TensorView(input, offset, axes, shape());
  }

  /** Reads the geometry of as many tensors. */
  Concatenation concatenation(int inputCount) {
    Shape first = shape();
    int axis = in.get();
    if (axis < 0 || axis >= first.rank()) {
      throw new IllegalArgumentException("axis is " + axis + ", tensors have shape " + first);
    }
    List<Shape> shapes = new ArrayList<>();
    for (int i = 0; i < inputCount; i++) {
      int[] dims = first.dims();
      dims[axis] = in.getInt();
      shapes.add(Shape.of(dims));
    }
    return new Concatenation(shapes, axis);
  }

  /** Reads as many integers; memory grows only as they are read. */
  List<Integer> listOfInts(int count) {
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(in.getInt());
    }
    return values;
  }

  PoolWindow window() {
    int[] g = ints(WINDOW_INTS);
    return new PoolWindow(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10]);
  }
}
