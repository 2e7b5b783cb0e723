// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.share.DoubleWordPlanes;

/**
 * What a dealer shares for one step, or one party's half of it: words of bits, shared by exclusive
 * or, and double words, shared by addition. In a correction the words of bits come first, then the
 * planes of the double words. Secret; prints its lengths only.
 */
final class Dealt {
  final int[] bits;
  final long[] doubleWords;

  Dealt(int[] bits, long[] doubleWords) {
    this.bits = bits;
    this.doubleWords = doubleWords;
  }

  /** Returns the half that {@code words} hold. */
  static Dealt ofWords(int[] words, int bitWordCount) {
    int[] bits = new int[bitWordCount];
    System.arraycopy(words, 0, bits, 0, bitWordCount);
    long[] doubleWords = new long[(words.length - bitWordCount) / 2];
    DoubleWordPlanes.join(words, bitWordCount, doubleWords);
    return new Dealt(bits, doubleWords);
  }

  /** Replaces the other party's half in {@code words} by this secret less it. */
  void lessOther(int[] words) {
    for (int i = 0; i < bits.length; i++) {
      words[i] ^= bits[i];
    }
    int low = bits.length;
    int high = low + doubleWords.length;
    for (int i = 0; i < doubleWords.length; i++) {
      long half = doubleWords[i] - DoubleWordPlanes.join(words[low + i], words[high + i]);
      words[low + i] = (int) half;
      words[high + i] = (int) (half >>> 32);
    }
  }

  /** Returns the words of a correction, checked to fit an array. */
  static int wordCount(int layer, long bitWordCount, long doubleWordCount) {
    long words = bitWordCount + 2 * doubleWordCount;
    if (words > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "layer " + layer + ": a correction of " + words + " words exceeds an array");
    }
    return (int) words;
  }

  @Override
  public String toString() {
    return "Dealt[bitWords=" + bits.length + ", doubleWords=" + doubleWords.length + "]";
  }
}
