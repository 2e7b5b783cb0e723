// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.HarmonicActivation;
import java.util.List;

/**
 * A function of the fused suite that stands for an activation: a line with harmonics of the ring,
 * with coefficients of its own for each channel, in one round. Its input has no pending divisor.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param inputMultiplier a power of two that each party multiplies its share by before the step, so
 *     that the step's range is no wider than the values need
 * @param activation the step's public parameters
 * @param bound inputs must stay below this in magnitude: {@code 2^(30 -
 *     activation.inputFractionBits())}
 */
public record HarmonicActivationLayer(
    int id,
    String name,
    List<Integer> inputs,
    int inputMultiplier,
    HarmonicActivation activation,
    double bound)
    implements FusedFunctionLayer {

  /** Copies the list. */
  public HarmonicActivationLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.function(id, name, inputMultiplier, activation, bound);
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_HARMONIC;
  }
}
