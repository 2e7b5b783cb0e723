// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Shape;

/**
 * One group's weights as the left-hand matrix of a product, in the order of {@link
 * DoubleWordBlocks}: for each stretch of the depth all blocks of rows; missing rows are zero.
 */
final class DoubleWordPanelWeights {
  /** Most pairs in a stretch: a block of rows then takes 8 KiB and stays in the first cache. */
  static final int STRETCH_PAIRS = 128;

  private static final int ROWS = DoubleWordBlocks.ROWS;

  final int rowBlocks;
  final int stretches;
  final long[] words;
  private final int pairs;

  /**
   * Packs rows of a row-major matrix.
   *
   * @param first of the rows
   */
  DoubleWordPanelWeights(long[] weights, int first, int rows, int depth) {
    this.pairs = (depth + 1) / 2;
    this.rowBlocks = (rows + ROWS - 1) / ROWS;
    this.stretches = (pairs + STRETCH_PAIRS - 1) / STRETCH_PAIRS;
    this.words = new long[Shape.of(rowBlocks, ROWS, 2 * pairs + stretches).elementCount()];
    for (int stretch = 0; stretch < stretches; stretch++) {
      for (int row = 0; row < rows; row++) {
        packRow(weights, (first + row) * depth, depth, stretch, row);
      }
    }
  }

  /** First pair of a stretch. */
  int from(int stretch) {
    return (int) ((long) pairs * stretch / stretches);
  }

  /** Pairs of a stretch. */
  int pairs(int stretch) {
    return from(stretch + 1) - from(stretch);
  }

  /** Returns where a block of rows lies. */
  int at(int stretch, int block) {
    return rowBlocks * ROWS * (2 * from(stretch) + stretch)
        + block * DoubleWordBlocks.rowWords(pairs(stretch));
  }

  private void packRow(long[] weights, int rowAt, int depth, int stretch, int row) {
    int at = at(stretch, row / ROWS) + row % ROWS;
    int here = pairs(stretch);
    long xi = 0;
    for (int pair = 0; pair < here; pair++) {
      int k = 2 * (from(stretch) + pair);
      long first = weights[rowAt + k];
      long second = k + 1 < depth ? weights[rowAt + k + 1] : 0;
      words[at + 2 * pair * ROWS] = first;
      words[at + (2 * pair + 1) * ROWS] = second;
      xi -= first * second;
    }
    words[at + 2 * here * ROWS] = xi;
  }
}
