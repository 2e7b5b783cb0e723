// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.Arrays;

/**
 * A tensor known at import. Either real numbers (kept in double, or in the float array read from
 * the file) or integers. Immutable by convention: nobody writes to the arrays.
 *
 * <p>Integers may contain {@link #BATCH}, which stands for the unknown batch size in what {@code
 * Shape} returns.
 */
public final class ConstantTensor {
  /** Stands for the batch size, which is not known at import. */
  public static final long BATCH = Long.MIN_VALUE;

  private final int[] dims;
  private final int elementCount;
  private final float[] floats;
  private final double[] doubles;
  private final long[] longs;

  private ConstantTensor(
      int[] dims, int elementCount, float[] floats, double[] doubles, long[] longs) {
    this.dims = dims;
    this.elementCount = elementCount;
    this.floats = floats;
    this.doubles = doubles;
    this.longs = longs;
    int product = 1;
    for (int dim : dims) {
      product = Math.multiplyExact(product, dim);
    }
    if (product != elementCount) {
      throw new IllegalArgumentException("elementCount is " + elementCount + ", not " + product);
    }
  }

  /** Returns real numbers in float; the array is kept. */
  public static ConstantTensor ofFloats(int[] dims, float[] values) {
    return new ConstantTensor(dims, values.length, values, null, null);
  }

  /** Returns real numbers in double; the array is kept. */
  public static ConstantTensor ofDoubles(int[] dims, double[] values) {
    return new ConstantTensor(dims, values.length, null, values, null);
  }

  /** Returns integers; the array is kept. */
  public static ConstantTensor ofLongs(int[] dims, long[] values) {
    return new ConstantTensor(dims, values.length, null, null, values);
  }

  /** Returns the same elements under other dimensions. */
  public ConstantTensor withDims(int... newDims) {
    return new ConstantTensor(newDims, elementCount, floats, doubles, longs);
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Returns one dimension. */
  public int dim(int index) {
    return dims[index];
  }

  /** Returns the dimensions, a new array. */
  public int[] dims() {
    return dims.clone();
  }

  /** Returns the number of elements. */
  public int elementCount() {
    return elementCount;
  }

  /** Returns whether the elements are integers. */
  public boolean isInteger() {
    return longs != null;
  }

  /** Returns an element as a real number; only of tensors without {@link #BATCH}. */
  public double real(int index) {
    if (floats != null) {
      return floats[index];
    }
    return doubles != null ? doubles[index] : longs[index];
  }

  /** Returns an element of an integer tensor. */
  public long integer(int index) {
    return longs[index];
  }

  /** Returns the elements of a shape or list of axes that a node reads. */
  public long[] integers(OnnxNode reader) {
    if (!isInteger() || rank() > 1) {
      throw reader.damaged("a shape or list of axes is not a list of integers");
    }
    return Arrays.copyOf(longs, reader.boundedLength("list", elementCount));
  }

  /** Returns an input of a node that must be there. */
  static ConstantTensor operand(OnnxNode node, ConstantTensor[] inputs, int index) {
    node.input(index);
    return inputs[index];
  }

  /** Returns whether the batch size is among the elements. */
  public boolean hasBatch() {
    if (longs != null) {
      for (long value : longs) {
        if (value == BATCH) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Returns the elements rounded to float; the file's own array where there is one, so do not
   * write.
   */
  public float[] toFloats() {
    if (floats != null) {
      return floats;
    }
    float[] values = new float[elementCount];
    for (int i = 0; i < elementCount; i++) {
      values[i] = (float) real(i);
    }
    return values;
  }

  /**
   * Returns the elements picked by index, under new dimensions: transposition, slices,
   * broadcasting.
   */
  public ConstantTensor pick(int[] newDims, int[] indices) {
    if (longs != null) {
      long[] picked = new long[indices.length];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = longs[indices[i]];
      }
      return ofLongs(newDims, picked);
    }
    if (floats != null) {
      float[] picked = new float[indices.length];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = floats[indices[i]];
      }
      return ofFloats(newDims, picked);
    }
    double[] picked = new double[indices.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = doubles[indices[i]];
    }
    return ofDoubles(newDims, picked);
  }
}
