// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
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
    implements FunctionLayer {

  /** Copies the list. */
  public FusedActivationLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.positive("inputMultiplier", inputMultiplier, 1 << 30);
    if (Integer.bitCount(inputMultiplier) != 1) {
      throw new IllegalArgumentException(
          "inputMultiplier is " + inputMultiplier + ", must be a power of two");
    }
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
  public Shape outputShape() {
    return activation.shape();
  }

  @Override
  public int outputFractionBits() {
    return activation.outputFractionBits();
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  @Override
  public DealerStep dealerStep(long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
    return activation.dealer(p0, p1);
  }

  @Override
  public PartyStep partyStep(int partyId, long epoch, KeyedRandom random) {
    return activation.party(partyId, epoch, random);
  }

  @Override
  public Share stepInput(Share input) {
    int count = activation.shape().elementCount();
    int[] words = WordShare.require(input, count).words();
    // Nobody writes into a share that several steps may read, so nothing needs a copy of it.
    return WordShare.of(activation.shape(), inputMultiplier == 1 ? words : scaledInput(words));
  }

  /**
   * Returns the step's input, made locally from a share (or from the whole value, in plaintext).
   *
   * @param input words of the producer's output; not written
   * @return a new array
   */
  public int[] scaledInput(int[] input) {
    if (input.length != activation.shape().elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " words, must have " + activation.shape().elementCount());
    }
    int[] scaled = new int[input.length];
    for (int i = 0; i < input.length; i++) {
      scaled[i] = input[i] * inputMultiplier;
    }
    return scaled;
  }
}
