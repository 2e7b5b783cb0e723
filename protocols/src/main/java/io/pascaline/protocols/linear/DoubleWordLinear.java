// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * A linear map with its weights in Z_2^64 (Java {@code long}, two's complement), exact. Immutable
 * and thread-safe; running time and memory access depend on the geometry alone. Weights may be
 * secret: there is no accessor, and {@code toString} prints the map only.
 */
public interface DoubleWordLinear {
  /** Returns the geometry. */
  LinearMap map();

  /**
   * Computes the map for one input.
   *
   * @param input {@code inputShape()} elements, row-major; not written
   * @param output {@code outputShape()} elements, row-major; overwritten; not the input
   * @param splitter brings the threads
   * @throws IllegalArgumentException if an array has the wrong length, or output is input
   */
  void apply(long[] input, long[] output, WorkSplitter splitter);
}
