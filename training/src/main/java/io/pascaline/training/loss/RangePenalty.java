// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/**
 * What a network pays for activation inputs that leave the activation's range: {@code mean((x /
 * bound)^exponent)} for each activation.
 *
 * <p>With a growing even exponent it tends to "nothing inside the bound, everything outside".
 * Source: PILLAR (A. Diaa et al., USENIX Security 2024), activation regularisation. Immutable.
 *
 * @param bound magnitude at which a value costs 1, a little under the activation's range
 * @param exponent even, at least 2
 */
public record RangePenalty(double bound, int exponent) {

  /**
   * One activation's penalty.
   *
   * @param carrier scalar with the penalty's gradient and {@code exponent} times its value
   * @param largest largest magnitude of an input
   */
  public record Charge(NDArray carrier, float largest) {}

  /** Checks both values. */
  public RangePenalty {
    if (!(bound > 0)) {
      throw new IllegalArgumentException("bound " + bound);
    }
    if (exponent < 2 || exponent % 2 != 0) {
      throw new IllegalArgumentException("exponent " + exponent + " is not an even number from 2");
    }
  }

  /**
   * Returns the penalty of one activation's inputs.
   *
   * <p>Its carrier is {@code x . g}, where g is the gradient itself, computed outside the
   * framework's records and constant to it: a third of the passes over memory, and of the memory,
   * that the power takes with automatic differentiation.
   */
  public Charge of(NDArray inputs) {
    NDArray powers = inputs.getManager().create(inputs.getShape(), DataType.FLOAT32);
    float largest = new RangeKernel(exponent - 1).apply(inputs, powers);
    NDArray product = inputs.flatten().dot(powers.flatten());
    double factor = exponent * Math.pow(bound, -exponent) / inputs.size();
    return new Charge(Constant.times(product, factor), largest);
  }
}
