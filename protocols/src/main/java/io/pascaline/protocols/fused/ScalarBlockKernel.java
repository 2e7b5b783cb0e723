// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.share.DoubleWordPlanes;

/** Loops in plain Java, which a compiler can turn into vector code by itself. */
final class ScalarBlockKernel implements BlockKernel {
  static final BlockKernel INSTANCE = new ScalarBlockKernel();

  private ScalarBlockKernel() {}

  @Override
  public void read(
      int[] words, int at, int kept, int turned, int offset, double unit, double[] out, int count) {
    read(words, at, kept, turned, offset, unit, out, 0, count);
  }

  /** Works on a range of the elements. */
  static void read(
      int[] words,
      int at,
      int kept,
      int turned,
      int offset,
      double unit,
      double[] out,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      out[i] = (((words[at + i] & kept) ^ turned) - offset) * unit;
    }
  }

  @Override
  public void truncate(long[] sums, int[] words, int at, int count) {
    truncate(sums, words, at, 0, count);
  }

  /** Works on a range of the elements. */
  static void truncate(long[] sums, int[] words, int at, int from, int to) {
    for (int i = from; i < to; i++) {
      words[at + i] = (int) (sums[i] >>> 32);
    }
  }

  @Override
  public void encode(double[] values, double scale, double max, long[] encoded, int count) {
    FixedPoint.encode(values, scale, max, encoded, count);
  }

  @Override
  public void subtractFrom(long[] minuends, int[] planes, int low, int high, int count) {
    DoubleWordPlanes.subtractFrom(minuends, count, planes, low, high);
  }

  @Override
  public void addProducts(long[] factors, int[] planes, int low, int high, long[] sums, int count) {
    addProducts(factors, planes, low, high, sums, 0, count);
  }

  /** Works on a range of the elements. */
  static void addProducts(
      long[] factors, int[] planes, int low, int high, long[] sums, int from, int to) {
    for (int i = from; i < to; i++) {
      sums[i] += factors[i] * DoubleWordPlanes.join(planes[low + i], planes[high + i]);
    }
  }

  @Override
  public void addSelected(
      long[] factors,
      int[] choices,
      int at,
      int[] planes,
      int set,
      int clear,
      int high,
      long[] sums,
      int count) {
    addSelected(factors, choices, at, planes, set, clear, high, sums, 0, count);
  }

  /** Works on a range of the elements. */
  static void addSelected(
      long[] factors,
      int[] choices,
      int at,
      int[] planes,
      int set,
      int clear,
      int high,
      long[] sums,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      int choice = choices[at + i] >> 31;
      int lowWord = select(planes[set + i], planes[clear + i], choice);
      int highWord = select(planes[set + high + i], planes[clear + high + i], choice);
      sums[i] += factors[i] * DoubleWordPlanes.join(lowWord, highWord);
    }
  }

  private static int select(int set, int clear, int choice) {
    return clear ^ ((clear ^ set) & choice);
  }
}
