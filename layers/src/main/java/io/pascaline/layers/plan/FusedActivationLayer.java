// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
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
    PlanRules.name(name);
    PlanRules.powerOfTwo("inputMultiplier", inputMultiplier);
    PlanRules.sameLayer("activation", activation.layer(), id);
    PlanRules.bits("inputFractionBits", activation.inputFractionBits());
    PlanRules.bits("outputFractionBits", activation.outputFractionBits());
    PlanRules.bound(bound, activation.inputFractionBits());
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_ACTIVATION;
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
    double[] values = new double[scaled.length];
    for (int i = 0; i < values.length; i++) {
      double y = Math.scalb((double) scaled[i], -inputFractionBits());
      values[i] = Math.scalb(activation.basis().value(y), outputFractionBits());
    }
    return values;
  }

  @Override
  public double derivativeBound(int element, double lo, double hi) {
    return activation.basis().derivativeBound(lo, hi);
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
