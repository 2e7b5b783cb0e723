// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.util.Arrays;

/**
 * The yardstick: a single-precision matrix product with the blocking of the integer kernel, loop by
 * loop. README.md says what is the same and what differs.
 */
final class FloatGemm {
  private static final int LANES = FloatBlocks.LANES;
  private static final int ROWS = FloatBlocks.ROWS;
  private static final int WIDTH = 2 * LANES;

  /** Most rows of the right-hand matrix in a panel of the integer kernel. */
  static final int INTEGER_STRETCH = 576;

  /** The same for panels that stay in a first cache of 32 KB or more. */
  static final int SHORT_STRETCH = 192;

  private final int rows;
  private final int depth;
  private final int columns;
  private final int rowBlocks;
  private final int stretches;
  private final float[] words;
  private final float[] packed;
  private final float[] tile = new float[ROWS * WIDTH];

  /** With the blocking of the integer kernel. */
  FloatGemm(int rows, int depth, int columns, float[] left) {
    this(rows, depth, columns, left, INTEGER_STRETCH);
  }

  /**
   * Packs the left-hand matrix.
   *
   * @param rows of the left-hand matrix
   * @param depth columns of the left-hand matrix and rows of the right-hand one
   * @param columns of the right-hand matrix
   * @param left the left-hand matrix, row-major
   * @param longest most rows of the right-hand matrix in a panel
   */
  FloatGemm(int rows, int depth, int columns, float[] left, int longest) {
    this.rows = rows;
    this.depth = depth;
    this.columns = columns;
    this.rowBlocks = (rows + ROWS - 1) / ROWS;
    this.stretches = (depth + longest - 1) / longest;
    this.packed = new float[longest * WIDTH];
    this.words = new float[rowBlocks * ROWS * depth];
    for (int stretch = 0; stretch < stretches; stretch++) {
      for (int row = 0; row < rows; row++) {
        int at = at(stretch, row / ROWS) + row % ROWS;
        for (int k = from(stretch); k < from(stretch + 1); k++) {
          words[at + (k - from(stretch)) * ROWS] = left[row * depth + k];
        }
      }
    }
  }

  /** Multiplies: right is {@code depth} by {@code columns}, output {@code rows} by that. */
  void multiply(float[] right, float[] output) {
    for (int column = 0; column < columns; column += WIDTH) {
      for (int stretch = 0; stretch < stretches; stretch++) {
        pack(right, stretch, column);
        multiply(stretch, column, output);
      }
    }
  }

  private void pack(float[] right, int stretch, int column) {
    int row = from(stretch);
    int count = from(stretch + 1) - row;
    int width = Math.min(WIDTH, columns - column);
    if (width == WIDTH) {
      FloatBlocks.pack(right, row * columns + column, columns, count, packed);
      return;
    }
    int words = (width + LANES - 1) / LANES * LANES;
    Arrays.fill(packed, 0, count * words, 0);
    for (int k = 0; k < count; k++) {
      System.arraycopy(right, (row + k) * columns + column, packed, k * words, width);
    }
  }

  private void multiply(int stretch, int column, float[] output) {
    int depthHere = from(stretch + 1) - from(stretch);
    int width = Math.min(WIDTH, columns - column);
    int vectors = (width + LANES - 1) / LANES;
    for (int block = 0; block < rowBlocks; block++) {
      int at = at(stretch, block);
      int count = Math.min(ROWS, rows - block * ROWS);
      int to = block * ROWS * columns + column;
      boolean direct = stretch == 0 && count == ROWS && width == vectors * LANES;
      float[] out = direct ? output : tile;
      int outAt = direct ? to : 0;
      int stride = direct ? columns : vectors * LANES;
      if (vectors == 2) {
        FloatBlocks.rows4x2(packed, depthHere, words, at, out, outAt, stride);
      } else {
        FloatBlocks.rows4x1(packed, depthHere, words, at, out, outAt, stride);
      }
      if (!direct) {
        deliver(vectors, width, count, output, to, stretch == 0);
      }
    }
  }

  private void deliver(int vectors, int width, int count, float[] output, int to, boolean first) {
    for (int row = 0; row < count; row++) {
      int at = row * vectors * LANES;
      int outAt = to + row * columns;
      if (first) {
        System.arraycopy(tile, at, output, outAt, width);
      } else if (width == vectors * LANES) {
        FloatBlocks.add(tile, at, vectors, output, outAt);
      } else {
        for (int i = 0; i < width; i++) {
          output[outAt + i] += tile[at + i];
        }
      }
    }
  }

  private int from(int stretch) {
    return (int) ((long) depth * stretch / stretches);
  }

  private int at(int stretch, int block) {
    int count = from(stretch + 1) - from(stretch);
    return rowBlocks * ROWS * from(stretch) + block * ROWS * count;
  }
}
