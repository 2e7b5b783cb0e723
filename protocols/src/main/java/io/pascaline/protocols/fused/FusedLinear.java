// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import java.util.Objects;

/**
 * Public parameters of a linear step whose weights W are secret from both parties. Immutable.
 *
 * <p>Once per epoch the dealer draws B, of the shape of W, and the parties open E = W - B. Per
 * inference it draws an input mask A and shares B*A, where * is the layer's map. Ahead of time
 * party i computes U_i = -(E*A_i) - [B*A]_i; online the parties open C = x + A and y_i = W_i*C +
 * U_i with W_0 = E + B_0, W_1 = B_1. The shares sum to W*(x + A) - E*A - B*A = W*x, exactly.
 *
 * <p>Rounds: 1. Online: 4 bytes per input element and direction. Correction: 4 bytes per output
 * element, to one party. Setup: 4 bytes per weight and direction. Error: none. Probability of
 * failure: 0. Security: see the package. Source: Beaver multiplication (D. Beaver, "Efficient
 * Multiparty Protocols Using Circuit Randomization", CRYPTO 1991) with the weights' opening done
 * once.
 *
 * @param layer the layer's id in the plan
 * @param map the layer's geometry
 */
public record FusedLinear(int layer, LinearMap map) {
  public FusedLinear {
    Objects.requireNonNull(map, "map");
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
  }

  /** Returns the length of an input, and of an opening, in words. */
  public int inputCount() {
    return map.inputShape().elementCount();
  }

  /** Returns the length of an output, and of a correction, in words. */
  public int outputCount() {
    return map.outputShape().elementCount();
  }

  /** Returns the length of the weights, and of their opening, in words. */
  public int weightCount() {
    return map.weightShape().elementCount();
  }

  /** Returns the output channels, of which each has one word of bias. */
  public int channelCount() {
    return map.outputShape().dim(0);
  }

  MaskLabel weightMask(long epoch) {
    return label(SessionId.setup(epoch), Purpose.WEIGHT_MASK);
  }

  MaskLabel label(SessionId session, Purpose purpose) {
    return new MaskLabel(session, layer, 0, purpose);
  }
}
