// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.util.Arrays;

/**
 * A matrix product in Z_2^32 whose left-hand matrix has words of 16 bits, in 16-bit multiply-adds:
 * a candidate for weights that a party knows. A word of the right-hand matrix is high 2^16 + low,
 * with a signed low part; the product is the sum of the products of both parts, with that of the
 * high part shifted.
 *
 * <p>The Vector API has no 16-bit multiply-add. C2 compiles the loop of {@link #addPair} to one. It
 * does not do so for a loop with several products in one statement or with sums in registers (JDK
 * 17 and 25). Both factors must be loaded from memory, so each pair of weights is stored once for
 * each column of a stretch. This class does so when it packs the matrix. A network of usual size
 * has too many weights for that.
 */
final class ShortGemm {
  /** Largest number of columns that are multiplied by a pair of weights at once. */
  private static final int LONGEST = 256;

  private final int rows;
  private final int pairs;
  private final int columns;
  private final int stretch;

  /** For every row, each pair of its words, repeated for each column of a stretch. */
  private final short[][] words;

  private final short[] low;
  private final short[] high;
  private final int[] lowSums = new int[LONGEST];
  private final int[] highSums = new int[LONGEST];

  /**
   * Packs the left-hand matrix.
   *
   * @param rows of the left-hand matrix
   * @param depth columns of the left-hand matrix and rows of the right-hand one, even
   * @param columns of the right-hand matrix
   * @param left the left-hand matrix, row-major, of 16-bit words
   */
  ShortGemm(int rows, int depth, int columns, int[] left) {
    this.rows = rows;
    this.pairs = depth / 2;
    this.columns = columns;
    this.stretch = Math.min(LONGEST, columns);
    this.words = new short[rows][pairs * 2 * stretch];
    for (int row = 0; row < rows; row++) {
      for (int pair = 0; pair < pairs; pair++) {
        for (int i = 0; i < 2 * stretch; i++) {
          words[row][pair * 2 * stretch + i] = (short) left[row * depth + 2 * pair + i % 2];
        }
      }
    }
    this.low = new short[pairs * 2 * stretch];
    this.high = new short[pairs * 2 * stretch];
  }

  /** Multiplies: right is {@code depth} by {@code columns}, output {@code rows} by that. */
  void multiply(int[] right, int[] output) {
    for (int column = 0; column < columns; column += stretch) {
      int width = Math.min(stretch, columns - column);
      pack(right, column, width);
      for (int row = 0; row < rows; row++) {
        Arrays.fill(lowSums, 0);
        Arrays.fill(highSums, 0);
        for (int pair = 0; pair < pairs; pair++) {
          addPair(words[row], low, pair * 2 * stretch, lowSums, width);
          addPair(words[row], high, pair * 2 * stretch, highSums, width);
        }
        int to = row * columns + column;
        for (int i = 0; i < width; i++) {
          output[to + i] = lowSums[i] + (highSums[i] << Short.SIZE);
        }
      }
    }
  }

  /** Splits a stretch of columns into 16-bit parts, two rows interleaved. */
  private void pack(int[] right, int column, int width) {
    for (int row = 0; row < 2 * pairs; row++) {
      int from = row * columns + column;
      int to = row / 2 * 2 * stretch + row % 2;
      for (int i = 0; i < width; i++) {
        int word = right[from + i];
        short part = (short) word;
        low[to + 2 * i] = part;
        high[to + 2 * i] = (short) (word - part >> Short.SIZE);
      }
    }
  }

  private static void addPair(short[] left, short[] right, int at, int[] sums, int width) {
    for (int i = 0; i < width; i++) {
      sums[i] +=
          left[at + 2 * i] * right[at + 2 * i] + left[at + 2 * i + 1] * right[at + 2 * i + 1];
    }
  }
}
