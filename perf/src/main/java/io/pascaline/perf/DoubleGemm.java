// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A matrix product in Z_2^32 whose left-hand matrix has small words, in double precision: a
 * candidate for weights that a party knows. Fused multiply-adds sum the products over stretches of
 * the depth in which no sum exceeds 2^53, so the sums are exact. The blocking is that of the
 * integer kernel: four rows by two vectors of columns.
 */
final class DoubleGemm {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = DOUBLES.length();
  private static final int ROWS = 4;
  private static final int WIDTH = 2 * LANES;
  private static final Class<?> VECTOR = DOUBLES.vectorType();
  private static final int INTEGER_STRETCH = 576;

  private final int rows;
  private final int depth;
  private final int columns;
  private final int longest;
  private final double[] words;
  private final double[] packed;
  private final double[] tile = new double[ROWS * WIDTH];

  /**
   * Packs the left-hand matrix.
   *
   * @param rows of the left-hand matrix, a multiple of four
   * @param depth columns of the left-hand matrix and rows of the right-hand one
   * @param columns of the right-hand matrix
   * @param left the left-hand matrix, row-major
   */
  DoubleGemm(int rows, int depth, int columns, int[] left) {
    this.rows = rows;
    this.depth = depth;
    this.columns = columns;
    long largest = Arrays.stream(left).mapToLong(word -> Math.abs((long) word)).max().orElse(0);
    // A word is at most 2^31 in magnitude.
    long exact = (1L << 53 - 31) / Math.max(1, largest);
    this.longest = (int) Math.max(1, Math.min(INTEGER_STRETCH, exact));
    this.words = new double[rows * depth];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < depth; k++) {
        words[row / ROWS * ROWS * depth + k * ROWS + row % ROWS] = left[row * depth + k];
      }
    }
    this.packed = new double[longest * WIDTH];
  }

  /** Multiplies: right is {@code depth} by {@code columns}, output {@code rows} by that. */
  void multiply(int[] right, int[] output) {
    Arrays.fill(output, 0);
    for (int column = 0; column < columns; column += WIDTH) {
      int width = Math.min(WIDTH, columns - column);
      for (int from = 0; from < depth; from += longest) {
        int count = Math.min(longest, depth - from);
        pack(right, from * columns + column, count, width);
        for (int row = 0; row < rows; row += ROWS) {
          rows4x2(packed, count, words, row * depth + from * ROWS, tile);
          deliver(output, row * columns + column, width);
        }
      }
    }
  }

  private void pack(int[] right, int at, int count, int width) {
    for (int k = 0; k < count; k++) {
      int from = at + k * columns;
      int to = k * WIDTH;
      for (int i = 0; i < width; i++) {
        packed[to + i] = right[from + i];
      }
    }
  }

  private void deliver(int[] output, int at, int width) {
    for (int row = 0; row < ROWS; row++) {
      int from = row * WIDTH;
      int to = at + row * columns;
      for (int i = 0; i < width; i++) {
        output[to + i] += (int) (long) tile[from + i];
      }
    }
  }

  private static void rows4x2(double[] packed, int depth, double[] rows, int at, double[] out) {
    DoubleVector s00 = DoubleVector.zero(DOUBLES);
    DoubleVector s01 = DoubleVector.zero(DOUBLES);
    DoubleVector s10 = DoubleVector.zero(DOUBLES);
    DoubleVector s11 = DoubleVector.zero(DOUBLES);
    DoubleVector s20 = DoubleVector.zero(DOUBLES);
    DoubleVector s21 = DoubleVector.zero(DOUBLES);
    DoubleVector s30 = DoubleVector.zero(DOUBLES);
    DoubleVector s31 = DoubleVector.zero(DOUBLES);
    for (int k = 0; k < depth; k++) {
      int p = k * WIDTH;
      int q = at + k * ROWS;
      DoubleVector a0 = DoubleVector.fromArray(DOUBLES, packed, p);
      DoubleVector a1 = DoubleVector.fromArray(DOUBLES, packed, p + LANES);
      DoubleVector u0 = DoubleVector.broadcast(DOUBLES, rows[q]);
      s00 = u0.fma(a0, s00);
      s01 = u0.fma(a1, s01);
      DoubleVector u1 = DoubleVector.broadcast(DOUBLES, rows[q + 1]);
      s10 = u1.fma(a0, s10);
      s11 = u1.fma(a1, s11);
      DoubleVector u2 = DoubleVector.broadcast(DOUBLES, rows[q + 2]);
      s20 = u2.fma(a0, s20);
      s21 = u2.fma(a1, s21);
      DoubleVector u3 = DoubleVector.broadcast(DOUBLES, rows[q + 3]);
      s30 = u3.fma(a0, s30);
      s31 = u3.fma(a1, s31);
    }
    ((DoubleVector) VECTOR.cast(s00)).intoArray(out, 0);
    ((DoubleVector) VECTOR.cast(s01)).intoArray(out, LANES);
    ((DoubleVector) VECTOR.cast(s10)).intoArray(out, 2 * LANES);
    ((DoubleVector) VECTOR.cast(s11)).intoArray(out, 3 * LANES);
    ((DoubleVector) VECTOR.cast(s20)).intoArray(out, 4 * LANES);
    ((DoubleVector) VECTOR.cast(s21)).intoArray(out, 5 * LANES);
    ((DoubleVector) VECTOR.cast(s30)).intoArray(out, 6 * LANES);
    ((DoubleVector) VECTOR.cast(s31)).intoArray(out, 7 * LANES);
  }
}
