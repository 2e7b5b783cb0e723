// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

/**
 * 64-bit elements as they travel: a plane of all low words, then a plane of all high words. Nothing
 * here depends on a value.
 */
public final class DoubleWordPlanes {
  private DoubleWordPlanes() {}

  /** Returns the planes of {@code doubleWords}, in a new array. */
  public static int[] split(long[] doubleWords) {
    int[] planes = new int[Math.multiplyExact(2, doubleWords.length)];
    split(doubleWords, planes, 0);
    return planes;
  }

  /** Writes the planes of {@code doubleWords} to {@code words} from {@code at} on. */
  public static void split(long[] doubleWords, int[] words, int at) {
    int high = at + doubleWords.length;
    for (int i = 0; i < doubleWords.length; i++) {
      words[at + i] = (int) doubleWords[i];
      words[high + i] = (int) (doubleWords[i] >>> 32);
    }
  }

  /** Returns the {@code count} elements whose planes begin at {@code at}, in a new array. */
  public static long[] join(int[] words, int at, int count) {
    long[] doubleWords = new long[count];
    join(words, at, doubleWords);
    return doubleWords;
  }

  /** Overwrites {@code doubleWords} with those whose planes begin at {@code at}. */
  public static void join(int[] words, int at, long[] doubleWords) {
    int high = at + doubleWords.length;
    for (int i = 0; i < doubleWords.length; i++) {
      doubleWords[i] = join(words[at + i], words[high + i]);
    }
  }

  /** Adds to {@code doubleWords} those whose planes begin at {@code at}. */
  public static void joinAndAdd(int[] words, int at, long[] doubleWords) {
    int high = at + doubleWords.length;
    for (int i = 0; i < doubleWords.length; i++) {
      doubleWords[i] += join(words[at + i], words[high + i]);
    }
  }

  /**
   * Replaces each of {@code count} elements by a minuend less it.
   *
   * @param low where the elements' low words begin
   * @param high where their high words begin
   */
  public static void subtractFrom(long[] minuends, int count, int[] words, int low, int high) {
    subtractFrom(minuends, 0, count, words, low, high);
  }

  /** Does so from one element up to, not including, another. */
  public static void subtractFrom(
      long[] minuends, int from, int to, int[] words, int low, int high) {
    for (int i = from; i < to; i++) {
      long difference = minuends[i] - join(words[low + i], words[high + i]);
      words[low + i] = (int) difference;
      words[high + i] = (int) (difference >>> 32);
    }
  }

  /** Returns the element with these low and high words. */
  public static long join(int low, int high) {
    return ((long) high << 32) | (low & 0xFFFFFFFFL);
  }
}
