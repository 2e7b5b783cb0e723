// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;

/** Mean cross-entropy of logits against target distributions. */
public final class CrossEntropy {
  private CrossEntropy() {}

  /**
   * Returns the loss as a scalar through which gradients flow.
   *
   * @param logits [N, classes]
   * @param targets [N, classes], each row a distribution
   */
  public static NDArray of(NDArray logits, NDArray targets) {
    double count = logits.getShape().get(0);
    return Constant.times(logits.logSoftmax(1).mul(targets).sum(), -1 / count);
  }
}
