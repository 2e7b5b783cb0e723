// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * Multiplication by a constant through which gradients flow.
 *
 * <p>{@code NDArray.mul(Number)} must not be used for this: it wraps the number in a tensor on a
 * direct buffer and lets go of the buffer at once, although the backward pass reads the tensor. A
 * garbage collection between the two passes then multiplies the gradients by whatever stands in the
 * freed memory (DJL 0.35.1, PyTorch engine). Here the constant belongs to the array's manager, and
 * lives as long as it.
 */
public final class Constant {
  private Constant() {}

  /** Returns the array times a constant. */
  public static NDArray times(NDArray array, double factor) {
    return array.mul(array.getManager().create((float) factor));
  }
}
