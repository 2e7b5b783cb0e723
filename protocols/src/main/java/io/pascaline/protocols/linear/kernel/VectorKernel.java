// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;

/**
 * Linear maps on the Vector API of the JDK. Only to be touched where module {@code
 * jdk.incubator.vector} is present: see {@link LinearKernels}. The method is chosen at pack time
 * from the geometry.
 */
final class VectorKernel implements LinearKernel {
  static final VectorKernel INSTANCE = new VectorKernel();

  private VectorKernel() {}

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    LinearMethod.requireWeights(map, weights);
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
    if (isToom(convolution, Math.min(paired, plane))) {
      return new ToomConvolution(convolution, weights, this);
    }
    return plane < paired
        ? new PlaneConvolution(convolution, weights, this)
        : new PairedConvolution(convolution, weights, this);
  }

  /** Returns whether the Toom-Cook method is chosen; a panel product never serves its kernels. */
  private static boolean isToom(Convolution2d map, double otherwise) {
    return ToomConvolution.serves(map) && ToomConvolution.cost(map) < otherwise;
  }

  @Override
  public long packedBytes(LinearMap map) {
    long words = map.weightShape().elementCount();
    if (map instanceof Convolution2d convolution
        && isToom(
            convolution,
            Math.min(PairedConvolution.cost(convolution), PlaneConvolution.cost(convolution)))) {
      words = ToomConvolution.packedWords(convolution);
    }
    return Integer.BYTES * words;
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    LinearMethod.apply(this, weights, input, output, splitter);
  }

  @Override
  public String toString() {
    return "vector of " + PairBlocks.WORDS.vectorBitSize() + " bits";
  }
}
