// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import io.pascaline.protocols.linear.Shape;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a plan's tensors live, and how they travel: always as words, of 64-bit elements a plane of
 * all low words and then a plane of all high words. Stateless.
 */
public enum Ring {
  /** Z_2^32, of the fused suite. */
  WORDS(1) {
    @Override
    public Share share(Shape shape, int[] words) {
      return WordShare.of(shape, words);
    }

    @Override
    public Share require(Share input, int elementCount) {
      return WordShare.require(input, elementCount);
    }

    @Override
    public int[] words(Share share) {
      return WordShare.require(share, share.shape().elementCount()).words();
    }

    @Override
    public Share[] split(Shape shape, int[] secret, SecureRandom random) {
      return Sharing.share(shape, secret, random);
    }

    @Override
    public int[] sum(int[] first, int[] second) {
      requireSameLength(first, second);
      int[] sum = first.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += second[i];
      }
      return sum;
    }
  },

  /** Z_2^64, of the classic suite. */
  DOUBLE_WORDS(2) {
    @Override
    public Share share(Shape shape, int[] words) {
      return DoubleWordShare.of(shape, joined(words));
    }

    @Override
    public Share require(Share input, int elementCount) {
      return DoubleWordShare.require(input, elementCount);
    }

    @Override
    public int[] words(Share share) {
      return DoubleWordPlanes.split(
          DoubleWordShare.require(share, share.shape().elementCount()).doubleWords());
    }

    @Override
    public Share[] split(Shape shape, int[] secret, SecureRandom random) {
      return Sharing.share(shape, joined(secret), random);
    }

    @Override
    public int[] sum(int[] first, int[] second) {
      requireSameLength(first, second);
      long[] sum = joined(first);
      DoubleWordPlanes.joinAndAdd(second, 0, sum);
      return DoubleWordPlanes.split(sum);
    }
  };

  private final int wordsPerElement;

  Ring(int wordsPerElement) {
    this.wordsPerElement = wordsPerElement;
  }

  /** Words of an element as it travels. */
  public int wordsPerElement() {
    return wordsPerElement;
  }

  /** Words of a tensor as it travels. */
  public int wordCount(Shape shape) {
    return Math.multiplyExact(wordsPerElement, shape.elementCount());
  }

  /**
   * Returns a share that has arrived.
   *
   * @param words taken over
   * @throws IllegalArgumentException if the number of words is wrong
   */
  public abstract Share share(Shape shape, int[] words);

  /**
   * Returns {@code input}, which is checked to be in this ring.
   *
   * @throws IllegalArgumentException if it is in another ring, or not of {@code elementCount}
   *     elements
   */
  public abstract Share require(Share input, int elementCount);

  /**
   * Returns a share's words, as they travel. May be the share's own array.
   *
   * @throws IllegalArgumentException if the share is in another ring
   */
  public abstract int[] words(Share share);

  /**
   * Returns the shares of several images that have arrived, one after the other.
   *
   * @param shape of one image
   * @param words of all images; taken over
   * @throws IllegalArgumentException if the number of words is no multiple of an image's
   */
  public final List<Share> shares(Shape shape, int[] words) {
    int length = wordCount(shape);
    if (words.length == length) {
      return List.of(share(shape, words));
    }
    if (words.length % length != 0) {
      throw new IllegalArgumentException(
          "words must be a multiple of " + length + ": " + words.length);
    }
    List<Share> shares = new ArrayList<>(words.length / length);
    for (int from = 0; from < words.length; from += length) {
      shares.add(share(shape, Arrays.copyOfRange(words, from, from + length)));
    }
    return shares;
  }

  /**
   * Returns the words of several images' shares, one after the other, as they travel. Of a single
   * image it may be the share's own array.
   *
   * @param shares of one shape, at least one
   */
  public final int[] words(List<? extends Share> shares) {
    if (shares.size() == 1) {
      return words(shares.get(0));
    }
    int length = wordCount(shares.get(0).shape());
    int[] words = new int[Math.multiplyExact(shares.size(), length)];
    int at = 0;
    for (Share share : shares) {
      System.arraycopy(words(share), 0, words, at, length);
      at += length;
    }
    return words;
  }

  /**
   * Fresh shares of P0 and P1.
   *
   * @param secret words in the form in which they travel; read, not kept
   * @throws IllegalArgumentException if the number of words is wrong
   */
  public abstract Share[] split(Shape shape, int[] secret, SecureRandom random);

  /**
   * Returns the tensor whose shares these are, in the form in which it travels. A new array.
   *
   * @throws IllegalArgumentException if the lengths differ, or are odd where words make pairs
   */
  public abstract int[] sum(int[] first, int[] second);

  private static long[] joined(int[] words) {
    if (words.length % 2 != 0) {
      throw new IllegalArgumentException(
          "words are " + words.length + ", 64-bit elements need an even number");
    }
    long[] doubleWords = new long[words.length / 2];
    DoubleWordPlanes.join(words, 0, doubleWords);
    return doubleWords;
  }

  private static void requireSameLength(int[] first, int[] second) {
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "shares have " + first.length + " and " + second.length + " words, must have as many");
    }
  }
}
