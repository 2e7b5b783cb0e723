// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Shape;

/**
 * The left-hand matrix of a product in the order of {@link PanelBlocks}: for each stretch of the
 * depth all blocks of rows; missing rows are zero.
 */
final class PanelWeights {
  /**
   * Most pairs in a stretch. A panel of 72 KB lies in the second cache; the loops need a new vector
   * from it only every five cycles, and long stretches save additions to the output.
   */
  static final int STRETCH_PAIRS = 288;

  final int rowBlocks;
  final int stretches;
  final int[] words;
  private final int pairs;

  /** Packs a row-major matrix. */
  PanelWeights(int[] weights, int rows, int depth) {
    this.pairs = (depth + 1) / 2;
    this.rowBlocks = (rows + PanelBlocks.ROWS - 1) / PanelBlocks.ROWS;
    this.stretches = (pairs + STRETCH_PAIRS - 1) / STRETCH_PAIRS;
    this.words =
        new int[Shape.of(rowBlocks, PanelBlocks.ROWS, 2 * pairs + stretches).elementCount()];
    for (int stretch = 0; stretch < stretches; stretch++) {
      for (int row = 0; row < rows; row++) {
        packRow(weights, row, depth, stretch);
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
    return rowBlocks * PanelBlocks.ROWS * (2 * from(stretch) + stretch)
        + block * PanelBlocks.rowWords(pairs(stretch));
  }

  private void packRow(int[] weights, int row, int depth, int stretch) {
    int at = at(stretch, row / PanelBlocks.ROWS) + row % PanelBlocks.ROWS;
    int here = pairs(stretch);
    int xi = 0;
    for (int pair = 0; pair < here; pair++) {
      int k = 2 * (from(stretch) + pair);
      int first = weights[row * depth + k];
      int second = k + 1 < depth ? weights[row * depth + k + 1] : 0;
      words[at + 2 * pair * PanelBlocks.ROWS] = first;
      words[at + (2 * pair + 1) * PanelBlocks.ROWS] = second;
      xi -= first * second;
    }
    words[at + 2 * here * PanelBlocks.ROWS] = xi;
  }
}
