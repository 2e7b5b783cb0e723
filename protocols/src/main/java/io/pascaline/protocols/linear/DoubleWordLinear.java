// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * A linear map with its weights in Z_2^64 (Java {@code long}, two's complement), exact. Immutable
 * and thread-safe; running time and memory access depend on the geometry alone. Weights may be
 * secret: there is no accessor, and {@link #toString} prints the map only.
 */
public abstract class DoubleWordLinear {
  private final LinearMap map;
  private final int inputCount;
  private final int outputCount;

  DoubleWordLinear(LinearMap map) {
    this.map = map;
    this.inputCount = map.inputShape().elementCount();
    this.outputCount = map.outputShape().elementCount();
  }

  /**
   * Returns the map with these weights, which are copied into the order of the fastest method that
   * this JVM can run: on the Vector API if it was started with {@code --add-modules
   * jdk.incubator.vector}. To be called once per epoch, not per inference.
   *
   * @param weights {@code map.weightShape()} double words, row-major
   * @throws IllegalArgumentException if the number of double words is wrong
   */
  public static DoubleWordLinear of(LinearMap map, long[] weights) {
    requireLength("weights", weights.length, map.weightShape().elementCount(), map);
    // No class that needs an absent module is touched.
    if (KernelChoice.HAS_VECTORS
        && map instanceof Convolution2d convolution
        && DoubleWordPanels.serves(convolution)) {
      return new DoubleWordPanels(convolution, weights);
    }
    return scalar(map, weights);
  }

  /**
   * Returns the map in plain Java, which runs on every JVM.
   *
   * @param weights {@code map.weightShape()} double words, row-major; copied
   * @throws IllegalArgumentException if the number of double words is wrong
   */
  public static DoubleWordLinear scalar(LinearMap map, long[] weights) {
    requireLength("weights", weights.length, map.weightShape().elementCount(), map);
    if (map instanceof Convolution2d convolution) {
      return new DoubleWordConvolution(convolution, weights.clone());
    }
    return new DoubleWordProduct((MatrixProduct) map, weights.clone());
  }

  /** Returns the geometry. */
  public final LinearMap map() {
    return map;
  }

  /**
   * Computes the map for one input.
   *
   * @param input {@code inputShape()} double words, row-major; not written
   * @param output {@code outputShape()} double words, row-major; overwritten; not the input
   * @param splitter brings the threads
   * @throws IllegalArgumentException if an array has the wrong length, or output is input
   */
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
          name + " has " + actual + " double words, must have " + expected + " for " + map);
    }
  }

  @Override
  public final String toString() {
    return "DoubleWordLinear[" + map + "]";
  }
}
