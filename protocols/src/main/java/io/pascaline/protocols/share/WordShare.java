// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import io.pascaline.protocols.linear.Shape;
import java.util.Objects;

/**
 * One party's additive share of a tensor of words (32-bit ring elements), row-major: the secret is
 * the sum of both shares modulo 2^32. Secret; {@link #toString} prints the shape only.
 *
 * <p>Holds the array it is made of, without copying. Whoever holds a share may read the array; only
 * its single owner may write it, and shares that several steps read (the input of a residual
 * connection) are written by none. Not synchronised: hand it over by a safe publication.
 */
public final class WordShare implements Share {
  private final Shape shape;
  private final int[] words;

  private WordShare(Shape shape, int[] words) {
    this.shape = shape;
    this.words = words;
  }

  /**
   * Returns the share made of {@code words}, which it takes over.
   *
   * @throws IllegalArgumentException if there is not one word per element of {@code shape}
   */
  public static WordShare of(Shape shape, int[] words) {
    Objects.requireNonNull(shape, "shape");
    if (words.length != shape.elementCount()) {
      throw new IllegalArgumentException(
          "a share of shape " + shape + " cannot have " + words.length + " words");
    }
    return new WordShare(shape, words);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /**
   * Returns {@code input} as words.
   *
   * @throws IllegalArgumentException if it is not in words, or not of {@code elementCount} elements
   */
  public static WordShare require(Share input, int elementCount) {
    if (!(input instanceof WordShare share)) {
      throw new IllegalArgumentException("input is " + input + ", expected words");
    }
    if (share.words.length != elementCount) {
      throw new IllegalArgumentException(
          "input has " + share.words.length + " words, expected " + elementCount);
    }
    return share;
  }

  /** Returns the array itself, not a copy. */
  public int[] words() {
    return words;
  }

  @Override
  public String toString() {
    return "WordShare" + shape;
  }
}
