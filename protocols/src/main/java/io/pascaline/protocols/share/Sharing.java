// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import java.security.SecureRandom;

/**
 * Splits tensors into two additive shares, modulo 2^32 for words and modulo 2^64 for 64-bit
 * elements, and adds them up. Thread-safe.
 */
public final class Sharing {
  private Sharing() {}

  /**
   * Returns the shares of P0 and P1: the first uniform ({@link KeyedRandom#fresh}), the second the
   * secret less the first. {@code secret} is read, not kept.
   *
   * @throws IllegalArgumentException if {@code secret} has not one word per element
   */
  public static WordShare[] share(Shape shape, int[] secret, SecureRandom random) {
    if (secret.length != shape.elementCount()) {
      throw new IllegalArgumentException(
          "a tensor of shape " + shape + " cannot have " + secret.length + " words");
    }
    int[] first = KeyedRandom.fresh(secret.length, random);
    int[] second = new int[secret.length];
    for (int i = 0; i < secret.length; i++) {
      second[i] = secret[i] - first[i];
    }
    return new WordShare[] {WordShare.of(shape, first), WordShare.of(shape, second)};
  }

  /**
   * Returns the shared tensor.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static int[] reconstruct(WordShare first, WordShare second) {
    if (!first.shape().equals(second.shape())) {
      throw new IllegalArgumentException(
          "shares of different shapes: " + first.shape() + " and " + second.shape());
    }
    int[] a = first.words();
    int[] b = second.words();
    int[] sum = new int[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  /**
   * Returns the shares of P0 and P1 of 64-bit elements: the first uniform ({@link
   * KeyedRandom#fresh}), the second the secret less the first. {@code secret} is read, not kept.
   *
   * @throws IllegalArgumentException if {@code secret} has not one {@code long} per element
   */
  public static DoubleWordShare[] share(Shape shape, long[] secret, SecureRandom random) {
    if (secret.length != shape.elementCount()) {
      throw new IllegalArgumentException(
          "a tensor of shape " + shape + " cannot have " + secret.length + " 64-bit elements");
    }
    long[] first = new long[secret.length];
    DoubleWordPlanes.join(
        KeyedRandom.fresh(Math.multiplyExact(2, secret.length), random), 0, first);
    long[] second = new long[secret.length];
    for (int i = 0; i < secret.length; i++) {
      second[i] = secret[i] - first[i];
    }
    return new DoubleWordShare[] {
      DoubleWordShare.of(shape, first), DoubleWordShare.of(shape, second)
    };
  }

  /**
   * Returns the shared tensor of 64-bit elements.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static long[] reconstruct(DoubleWordShare first, DoubleWordShare second) {
    if (!first.shape().equals(second.shape())) {
      throw new IllegalArgumentException(
          "shares of different shapes: " + first.shape() + " and " + second.shape());
    }
    long[] sum = first.doubleWords().clone();
    long[] b = second.doubleWords();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }
}
