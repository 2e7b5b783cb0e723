// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * The weights of one linear map in the order its kernel reads them. Immutable and thread-safe.
 * Weights may be secret: there is no accessor to the words, and {@link #toString()} prints the map
 * only.
 */
public abstract class PackedWeights {
  private final LinearMap map;
  private final LinearKernel owner;
  private final int inputWords;
  private final int outputWords;

  PackedWeights(LinearMap map, LinearKernel owner) {
    this.map = map;
    this.owner = owner;
    this.inputWords = map.inputShape().elementCount();
    this.outputWords = map.outputShape().elementCount();
  }

  /** Returns the map that these weights belong to. */
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

  final void apply(LinearKernel kernel, int[] input, int[] output, WorkSplitter splitter) {
    if (kernel != owner) {
      throw new IllegalArgumentException("weights is " + this + ", packed by another kernel");
    }
    requireWords("input", input.length, inputWords, map);
    requireWords("output", output.length, outputWords, map);
    if (input == output) {
      throw new IllegalArgumentException("output is the input array, for " + map);
    }
    compute(input, output, splitter);
  }

  private static void requireWords(String name, int actual, int expected, LinearMap map) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          name + " has " + actual + " words, must have " + expected + " for " + map);
    }
  }
}
