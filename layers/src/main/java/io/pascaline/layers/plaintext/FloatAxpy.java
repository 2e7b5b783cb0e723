// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

/**
 * The inner loops of the float layers: scaled rows added to a row, in a form that C2 vectorises.
 */
final class FloatAxpy {
  private FloatAxpy() {}

  /** Adds {@code factor * rows[rowOffset..]} to {@code target[targetOffset..]}. */
  static void addOne(
      float[] target, int targetOffset, int length, float[] rows, int rowOffset, float factor) {
    for (int i = 0; i < length; i++) {
      target[targetOffset + i] += factor * rows[rowOffset + i];
    }
  }

  /** Adds four scaled rows, {@code rowStride} apart, so that the target is loaded once for four. */
  static void addFour(
      float[] target,
      int targetOffset,
      int length,
      float[] rows,
      int rowOffset,
      int rowStride,
      float factor0,
      float factor1,
      float factor2,
      float factor3) {
    int row1 = rowOffset + rowStride;
    int row2 = row1 + rowStride;
    int row3 = row2 + rowStride;
    for (int i = 0; i < length; i++) {
      target[targetOffset + i] +=
          (factor0 * rows[rowOffset + i] + factor1 * rows[row1 + i])
              + (factor2 * rows[row2 + i] + factor3 * rows[row3 + i]);
    }
  }
}
