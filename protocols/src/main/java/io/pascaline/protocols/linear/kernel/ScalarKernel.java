// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;

/** Linear maps in plain Java, in loops that a compiler can turn into vector code by itself. */
final class ScalarKernel implements LinearKernel {
  static final ScalarKernel INSTANCE = new ScalarKernel();

  private ScalarKernel() {}

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    LinearMethod.requireWeights(map, weights);
    if (map instanceof Convolution2d convolution) {
      return new ScalarConvolution(convolution, weights.clone(), this);
    }
    return new ScalarProduct((MatrixProduct) map, weights.clone(), this);
  }

  @Override
  public long packedBytes(LinearMap map) {
    return (long) Integer.BYTES * map.weightShape().elementCount();
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    LinearMethod.apply(this, weights, input, output, splitter);
  }

  @Override
  public String toString() {
    return "scalar";
  }
}
