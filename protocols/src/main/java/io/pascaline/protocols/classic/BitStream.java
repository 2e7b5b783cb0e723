// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

/** Streams of bits, 32 to a word, lowest first. No operation depends on a bit's value. */
final class BitStream {
  private BitStream() {}

  /** Returns the bits of 64-bit elements moved up by one, so that bit i + 1 is bit i. */
  static int[] movedUp(long[] doubleWords) {
    int[] stream = new int[2 * doubleWords.length];
    for (int i = 0; i < doubleWords.length; i++) {
      stream[2 * i] = (int) (doubleWords[i] << 1);
      stream[2 * i + 1] = (int) (doubleWords[i] >>> 31);
    }
    return stream;
  }

  /** Returns the top bits of 64-bit elements. */
  static int[] signs(long[] doubleWords) {
    int[] stream = new int[(doubleWords.length + 31) / 32];
    for (int i = 0; i < doubleWords.length; i++) {
      stream[i >> 5] |= (int) (doubleWords[i] >>> 63) << (i & 31);
    }
    return stream;
  }

  /** Returns bit {@code index} of a stream, 0 or 1. */
  static long bit(int[] stream, int index) {
    return stream[index >> 5] >>> (index & 31) & 1;
  }

  /**
   * Returns every second bit of a stream.
   *
   * @param odd 0 for bits 0, 2, 4, ..; 1 for bits 1, 3, 5, ..
   */
  static int[] half(int[] stream, int odd) {
    int[] half = new int[(stream.length + 1) / 2];
    for (int i = 0; i < stream.length / 2; i++) {
      half[i] = gather(stream[2 * i] >>> odd) | gather(stream[2 * i + 1] >>> odd) << 16;
    }
    if ((stream.length & 1) == 1) {
      half[half.length - 1] = gather(stream[stream.length - 1] >>> odd);
    }
    return half;
  }

  /** Brings the even bits of a word together in its low half. */
  private static int gather(int word) {
    int bits = word & 0x55555555;
    bits = (bits | bits >>> 1) & 0x33333333;
    bits = (bits | bits >>> 2) & 0x0F0F0F0F;
    bits = (bits | bits >>> 4) & 0x00FF00FF;
    return (bits | bits >>> 8) & 0x0000FFFF;
  }
}
