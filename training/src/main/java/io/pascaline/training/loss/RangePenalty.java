package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;
import io.pascaline.training.model.Scaling;

/**
 * What a network pays for activation inputs that leave the polynomial's range: {@code mean((x /
 * bound)^exponent)} for each activation.
 *
 * <p>With a growing even exponent it tends to "nothing inside the bound, everything outside".
 * Source: PILLAR (A. Diaa et al., USENIX Security 2024), activation regularisation. Immutable.
 *
 * @param bound magnitude at which a value costs 1, a little under the activation's range
 * @param exponent even, at least 2
 */
public record RangePenalty(double bound, int exponent) {

  /** Checks both values. */
  public RangePenalty {
    if (!(bound > 0)) {
      throw new IllegalArgumentException("bound " + bound);
    }
    if (exponent < 2 || exponent % 2 != 0) {
      throw new IllegalArgumentException("exponent " + exponent + " is not an even number from 2");
    }
  }

  /** The penalty of one activation's inputs, as a scalar through which gradients flow. */
  public NDArray of(NDArray activationInputs) {
    // x^e by squaring, and the bound afterwards on the scalar: each pass over the inputs costs.
    NDArray square = activationInputs.mul(activationInputs);
    NDArray power = null;
    for (int left = exponent / 2; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        power = power == null ? square : power.mul(square);
      }
      if (left > 1) {
        square = square.mul(square);
      }
    }
    return Scaling.scale(power.mean(), Math.pow(bound, -exponent));
  }
}
