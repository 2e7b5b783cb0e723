// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.WorkSplitter;

/**
 * A method of carrying out one linear map in Z_2^64, with its weights in the order in which the
 * method reads them. Checks the arrays; a method computes. Immutable and thread-safe.
 */
abstract class DoubleWordMethod implements DoubleWordLinear {
  private final LinearMap map;
  private final int inputCount;
  private final int outputCount;

  DoubleWordMethod(LinearMap map) {
    this.map = map;
    this.inputCount = map.inputShape().elementCount();
    this.outputCount = map.outputShape().elementCount();
  }

  static void requireWeights(LinearMap map, long[] weights) {
    requireLength("weights", weights.length, map.weightShape().elementCount(), map);
  }

  @Override
  public final LinearMap map() {
    return map;
  }

  @Override
  public final void apply(long[] input, long[] output, WorkSplitter splitter) {
    requireLength("input", input.length, inputCount, map);
    requireLength("output", output.length, outputCount, map);
    if (input == output) {
      throw new IllegalArgumentException("output is the input array, for " + map);
    }
    compute(input, output, splitter);
  }

  /** Computes the map; the arrays have been checked. */
  abstract void compute(long[] input, long[] output, WorkSplitter splitter);

  private static void requireLength(String name, int actual, int expected, LinearMap map) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          name + " has " + actual + " elements, must have " + expected + " for " + map);
    }
  }

  @Override
  public final String toString() {
    return "DoubleWordLinear[" + map + "]";
  }
}
