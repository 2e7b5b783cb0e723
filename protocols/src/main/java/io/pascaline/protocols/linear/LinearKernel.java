// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * Carries out linear maps in Z_2^32, exactly; {@code linear.kernel.LinearKernels} has those of this
 * JVM. Thread-safe and free of side effects outside the output array; running time and memory
 * access depend on the geometry alone, not on any word.
 */
public interface LinearKernel {

  /**
   * Copies weights into the order in which this kernel reads them. Done once per model load.
   *
   * @param map the geometry
   * @param weights {@code map.weightShape()} words, row-major; not kept
   * @throws IllegalArgumentException if the number of words is wrong
   */
  PackedWeights pack(LinearMap map, int[] weights);

  /**
   * Returns how many bytes of memory the packed weights of a map take, up to a few percent for
   * padding.
   */
  long packedBytes(LinearMap map);

  /**
   * Computes the map for one input.
   *
   * @param weights packed by this kernel
   * @param input {@code inputShape()} words, row-major; not written
   * @param output {@code outputShape()} words, row-major; overwritten; must not be the input
   * @param splitter brings the threads
   * @throws IllegalArgumentException if an array has the wrong length, output is input, or the
   *     weights were packed by another kernel
   */
  void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter);
}
