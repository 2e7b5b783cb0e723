// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import io.pascaline.protocols.linear.Shape;
import java.util.Objects;

/**
 * One party's additive share of a tensor of 64-bit ring elements, row-major: the secret is the sum
 * of both shares modulo 2^64. Secret; {@link #toString} prints the shape only. Ownership of the
 * array is as with {@link WordShare}.
 */
public final class DoubleWordShare implements Share {
  private final Shape shape;
  private final long[] doubleWords;

  private DoubleWordShare(Shape shape, long[] doubleWords) {
    this.shape = shape;
    this.doubleWords = doubleWords;
  }

  /**
   * Returns the share made of {@code doubleWords}, which it takes over.
   *
   * @throws IllegalArgumentException if there is not one {@code long} per element of {@code shape}
   */
  public static DoubleWordShare of(Shape shape, long[] doubleWords) {
    Objects.requireNonNull(shape, "shape");
    if (doubleWords.length != shape.elementCount()) {
      throw new IllegalArgumentException(
          "a share of shape " + shape + " cannot have " + doubleWords.length + " 64-bit elements");
    }
    return new DoubleWordShare(shape, doubleWords);
  }

  /**
   * Returns {@code input} as 64-bit elements.
   *
   * @throws IllegalArgumentException if it is not in 64-bit elements, or not of {@code
   *     elementCount} elements
   */
  public static DoubleWordShare require(Share input, int elementCount) {
    if (!(input instanceof DoubleWordShare share)) {
      throw new IllegalArgumentException("input is " + input + ", expected 64-bit elements");
    }
    if (share.doubleWords.length != elementCount) {
      throw new IllegalArgumentException(
          "input has " + share.doubleWords.length + " 64-bit elements, expected " + elementCount);
    }
    return share;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /** Returns the array itself, not a copy. */
  public long[] doubleWords() {
    return doubleWords;
  }

  @Override
  public String toString() {
    return "DoubleWordShare" + shape;
  }
}
