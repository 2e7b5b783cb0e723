// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;

/**
 * A method of carrying out one linear map in Z_2^32, with its weights in the order in which the
 * method reads them. Checks the arrays; a method computes. Immutable and thread-safe.
 */
abstract class LinearMethod implements PackedWeights {
  private final LinearMap map;
  private final LinearKernel owner;
  private final int inputWords;
  private final int outputWords;

  LinearMethod(LinearMap map, LinearKernel owner) {
    this.map = map;
    this.owner = owner;
    this.inputWords = map.inputShape().elementCount();
    this.outputWords = map.outputShape().elementCount();
  }

  @Override
  public final LinearMap map() {
    return map;
  }

  @Override
  public final String toString() {
    return "PackedWeights[" + map + "]";
  }

  /** Computes the map; the arrays have been checked. */
  abstract void compute(int[] input, int[] output, WorkSplitter splitter);

  static void requireWeights(LinearMap map, int[] weights) {
    requireWords("weights", weights.length, map.weightShape().elementCount(), map);
  }

  /**
   * Carries out {@link LinearKernel#apply} for {@code kernel}.
   *
   * @throws IllegalArgumentException as there
   */
  static void apply(
      LinearKernel kernel,
      PackedWeights weights,
      int[] input,
      int[] output,
      WorkSplitter splitter) {
    if (!(weights instanceof LinearMethod method) || method.owner != kernel) {
      throw new IllegalArgumentException("weights is " + weights + ", packed by another kernel");
    }
    requireWords("input", input.length, method.inputWords, method.map);
    requireWords("output", output.length, method.outputWords, method.map);
    if (input == output) {
      throw new IllegalArgumentException("output is the input array, for " + method.map);
    }
    method.compute(input, output, splitter);
  }

  private static void requireWords(String name, int actual, int expected, LinearMap map) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          name + " has " + actual + " words, must have " + expected + " for " + map);
    }
  }
}
