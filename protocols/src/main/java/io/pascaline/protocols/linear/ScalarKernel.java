// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/** Linear maps in plain Java, in loops that a compiler can turn into vector code by itself. */
final class ScalarKernel implements LinearKernel {
  static final ScalarKernel INSTANCE = new ScalarKernel();

  private ScalarKernel() {}

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    PackedWeights.requireWeights(map, weights);
    if (map instanceof Convolution2d convolution) {
      return new ScalarConvolution(convolution, weights.clone(), this);
    }
    return new ScalarProduct((MatrixProduct) map, weights.clone(), this);
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    weights.apply(this, input, output, splitter);
  }

  @Override
  public String toString() {
    return "scalar";
  }
}
