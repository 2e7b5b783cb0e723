// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import java.util.Arrays;

/**
 * Dimensions of a tensor stored row-major (last dimension contiguous). Public, immutable,
 * thread-safe.
 */
public final class Shape {
  private final int[] dims;
  private final int elementCount;

  private Shape(int[] dims, int elementCount) {
    this.dims = dims;
    this.elementCount = elementCount;
  }

  /**
   * Makes a shape.
   *
   * @param dims each at least 1; their product must fit in an {@code int}. No dimension at all is a
   *     scalar.
   * @throws IllegalArgumentException if a dimension is below 1 or the product is too large
   */
  public static Shape of(int... dims) {
    int[] copy = dims.clone();
    long count = 1;
    for (int i = 0; i < copy.length; i++) {
      if (copy[i] < 1) {
        throw new IllegalArgumentException(
            "dims[" + i + "] is " + copy[i] + ", must be at least 1, in " + text(copy));
      }
      count *= copy[i];
      if (count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "dims " + text(copy) + " hold more than " + Integer.MAX_VALUE + " elements");
      }
    }
    return new Shape(copy, (int) count);
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /**
   * One dimension.
   *
   * @param index from 0 (outermost) to {@code rank() - 1}
   * @throws IllegalArgumentException if there is no such dimension
   */
  public int dim(int index) {
    if (index < 0 || index >= dims.length) {
      throw new IllegalArgumentException("index is " + index + " in a shape of rank " + rank());
    }
    return dims[index];
  }

  /** Returns the dimensions, outermost first, a fresh array. */
  public int[] dims() {
    return dims.clone();
  }

  /** Returns the product of the dimensions. */
  public int elementCount() {
    return elementCount;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(dims, that.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** Returns the dimensions joined by {@code x} in brackets, for example {@code [1x28x28]}. */
  @Override
  public String toString() {
    return text(dims);
  }

  private static String text(int[] dims) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < dims.length; i++) {
      text.append(i == 0 ? "" : "x").append(dims[i]);
    }
    return text.append(']').toString();
  }
}
