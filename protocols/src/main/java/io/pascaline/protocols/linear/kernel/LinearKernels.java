// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;

/**
 * The kernels that this JVM can run. The choice is made once, without touching a class that needs
 * an absent module.
 */
public final class LinearKernels {
  /** True if the JVM was started with the Vector API. */
  private static final boolean HAS_VECTORS =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  private static final LinearKernel BEST =
      HAS_VECTORS ? VectorKernel.INSTANCE : ScalarKernel.INSTANCE;

  private LinearKernels() {}

  /**
   * Returns the fastest kernel that this JVM can run: the Vector API's if the JVM was started with
   * {@code --add-modules jdk.incubator.vector}, else {@link #scalar()}.
   */
  public static LinearKernel best() {
    return BEST;
  }

  /** Returns the kernel in plain Java, which runs on every JVM. */
  public static LinearKernel scalar() {
    return ScalarKernel.INSTANCE;
  }

  /**
   * Returns a map in Z_2^64 with these weights, which are copied into the order of the fastest
   * method that this JVM can run: on the Vector API if it was started with {@code --add-modules
   * jdk.incubator.vector}. To be called once per epoch, not per inference.
   *
   * @param weights {@code map.weightShape()} elements, row-major
   * @throws IllegalArgumentException if the number of elements is wrong
   */
  public static DoubleWordLinear doubleWord(LinearMap map, long[] weights) {
    DoubleWordMethod.requireWeights(map, weights);
    if (HAS_VECTORS
        && map instanceof Convolution2d convolution
        && DoubleWordPanels.serves(convolution)) {
      return new DoubleWordPanels(convolution, weights);
    }
    return scalarDoubleWord(map, weights);
  }

  /**
   * Returns a map in Z_2^64 in plain Java, which runs on every JVM.
   *
   * @param weights {@code map.weightShape()} elements, row-major; copied
   * @throws IllegalArgumentException if the number of elements is wrong
   */
  public static DoubleWordLinear scalarDoubleWord(LinearMap map, long[] weights) {
    DoubleWordMethod.requireWeights(map, weights);
    if (map instanceof Convolution2d convolution) {
      return new DoubleWordConvolution(convolution, weights.clone());
    }
    return new DoubleWordProduct((MatrixProduct) map, weights.clone());
  }
}
