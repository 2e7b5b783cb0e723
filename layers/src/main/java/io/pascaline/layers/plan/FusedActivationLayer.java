// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedActivation;
import java.util.List;

/**
 * The fused suite's activation function and rescale to small words, in one round; with the identity
 * as its function it is the rescale alone. A divisor pending on the input is inside the function.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param inputMultiplier a power of two that each party multiplies its share by before the step, so
 *     that the step's range is no wider than the values need
 * @param activation the step's public parameters
 * @param bound inputs must stay below this in magnitude, in real units before division by a pending
 *     divisor: {@code 2^(30 - activation.inputFractionBits())}
 */
public record FusedActivationLayer(
    int id,
    String name,
    List<Integer> inputs,
    int inputMultiplier,
    FusedActivation activation,
    double bound)
    implements FusedFunctionLayer {

  /** Copies the list. */
  public FusedActivationLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.function(id, name, inputMultiplier, activation, bound);
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_ACTIVATION;
  }
}
