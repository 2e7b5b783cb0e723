// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * A matrix times a vector: {@code output[o] = sum_i weights[o][i] * input[i]}. Input {@code
 * [inputCount]}, weights {@code [outputCount, inputCount]}, output {@code [outputCount]}, all
 * row-major.
 *
 * @param inputCount length of the input vector
 * @param outputCount length of the output vector
 */
public record MatrixProduct(int inputCount, int outputCount) implements LinearMap {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming the component and value that is out of range
   */
  public MatrixProduct {
    if (inputCount < 1) {
      throw new IllegalArgumentException("inputCount is " + inputCount + ", must be at least 1");
    }
    if (outputCount < 1) {
      throw new IllegalArgumentException("outputCount is " + outputCount + ", must be at least 1");
    }
    Shape.of(outputCount, inputCount);
  }

  @Override
  public Shape inputShape() {
    return Shape.of(inputCount);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(outputCount);
  }

  @Override
  public Shape weightShape() {
    return Shape.of(outputCount, inputCount);
  }

  @Override
  public long multiplyAdds() {
    return (long) inputCount * outputCount;
  }
}
