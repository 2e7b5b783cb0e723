// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * The public geometry of a map that is linear in its input and in its weights. Holds no weight.
 * Implementations are immutable records.
 */
public sealed interface LinearMap permits Convolution2d, MatrixProduct {

  /** Shape of the input tensor. */
  Shape inputShape();

  /** Shape of the output tensor. */
  Shape outputShape();

  /** Shape of the weight tensor. */
  Shape weightShape();

  /**
   * Multiply-adds of the direct method for one input; products with padding count, as is usual when
   * networks are compared.
   */
  long multiplyAdds();
}
