// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
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
    PlanRules.name(name);
    PlanRules.powerOfTwo("inputMultiplier", inputMultiplier);
    PlanRules.sameLayer("activation", activation.layer(), id);
    PlanRules.bound(bound, activation.inputFractionBits());
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_HARMONIC;
  }

  @Override
  public Shape inputShape() {
    return activation.shape();
  }

  @Override
  public int inputFractionBits() {
    return activation.inputFractionBits();
  }

  @Override
  public int outputFractionBits() {
    return activation.outputFractionBits();
  }

  @Override
  public double errorBoundUlps() {
    return activation.errorBoundUlps();
  }

  @Override
  public int correctionWordCount() {
    return activation.correctionWordCount();
  }

  @Override
  public double[] valueUlps(int[] scaled) {
    return activation.valueUlps(scaled);
  }

  @Override
  public double derivativeBound(int element, double lo, double hi) {
    int channel = activation.channelOf(element);
    return activation.function().derivativeBound(channel, lo, hi, activation.period());
  }

  @Override
  public DealerStep dealerStep(long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
    return activation.dealer(p0, p1);
  }

  @Override
  public PartyStep partyStep(int partyId, long epoch, KeyedRandom random) {
    return activation.party(partyId, epoch, random);
  }
}
