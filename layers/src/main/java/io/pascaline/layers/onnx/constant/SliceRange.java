// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.OnnxNode;

/**
 * The elements of one dimension that a {@code Slice} selects.
 *
 * @param start index of the first element
 * @param step from one element to the next, may be negative
 * @param count how many elements
 */
public record SliceRange(int start, int step, int count) {

  /**
   * Computes a range as ONNX defines it: negative indices count from the end, and indices beyond
   * the dimension are clamped to it.
   *
   * @param node for messages
   * @param dim size of the dimension
   */
  public static SliceRange of(OnnxNode node, long start, long end, long step, int dim) {
    if (step == 0) {
      throw node.damaged("slices in steps of 0");
    }
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? dim : dim - 1L;
    long from = clamped(start, dim, 0, highest);
    long to = clamped(end, dim, lowest, highest);
    // Beyond the dimension all steps are alike; a small one cannot overflow.
    long bounded = Math.max(-dim - 1L, Math.min(dim + 1L, step));
    long span = step > 0 ? to - from : from - to;
    long count = span <= 0 ? 0 : (span - 1) / Math.abs(bounded) + 1;
    return new SliceRange((int) from, (int) bounded, (int) count);
  }

  private static long clamped(long index, int dim, long lowest, long highest) {
    return Math.max(lowest, Math.min(highest, index < 0 ? index + dim : index));
  }

  /** Returns the indices. */
  int[] indices() {
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      indices[i] = start + i * step;
    }
    return indices;
  }
}
