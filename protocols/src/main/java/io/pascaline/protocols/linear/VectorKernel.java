// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * Linear maps on the Vector API of the JDK. Only to be touched where module {@code
 * jdk.incubator.vector} is present: see {@link KernelChoice}. The method is chosen at pack time
 * from the geometry.
 */
final class VectorKernel implements LinearKernel {
  static final VectorKernel INSTANCE = new VectorKernel();

  private VectorKernel() {}

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    PackedWeights.requireWeights(map, weights);
    if (map instanceof MatrixProduct product) {
      return new VectorProduct(product, weights, this);
    }
    Convolution2d convolution = (Convolution2d) map;
    double paired = PairedConvolution.cost(convolution);
    double plane = PlaneConvolution.cost(convolution);
    if (PanelProduct.serves(convolution)
        && PanelProduct.cost(convolution) < Math.min(paired, plane)) {
      return new PanelProduct(convolution, weights, this);
    }
    if (ToomConvolution.serves(convolution)
        && ToomConvolution.cost(convolution) < Math.min(paired, plane)) {
      return new ToomConvolution(convolution, weights, this);
    }
    return plane < paired
        ? new PlaneConvolution(convolution, weights, this)
        : new PairedConvolution(convolution, weights, this);
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    weights.apply(this, input, output, splitter);
  }

  @Override
  public String toString() {
    return "vector of " + PairBlocks.WORDS.vectorBitSize() + " bits";
  }
}
