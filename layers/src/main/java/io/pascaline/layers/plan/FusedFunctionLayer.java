// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedFunction;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;

/**
 * A function of the fused suite that maps elements one by one and changes the fraction bits, in one
 * round. Its input stays below {@link #bound} in magnitude.
 */
public sealed interface FusedFunctionLayer extends FunctionLayer
    permits FusedActivationLayer, HarmonicActivationLayer {

  /**
   * Returns the power of two that each party multiplies its share by before the step, so that the
   * step's range is no wider than the values need.
   */
  int inputMultiplier();

  /**
   * Returns what inputs must stay below in magnitude, in real units before division by a pending
   * divisor: 2^(30 - {@link #inputFractionBits}).
   */
  double bound();

  /** Returns the step's public parameters. */
  FusedFunction activation();

  @Override
  default Shape inputShape() {
    return activation().shape();
  }

  /** Returns the fraction bits of the step's input, the multiplier's included. */
  default int inputFractionBits() {
    return activation().inputFractionBits();
  }

  @Override
  default int outputFractionBits() {
    return activation().outputFractionBits();
  }

  @Override
  default DealerStep dealerStep(
      CorrectionReceiver receiver,
      long epoch,
      KeyedRandom p0,
      KeyedRandom p1,
      LinearKernel kernel) {
    return activation().dealer(receiver, p0, p1);
  }

  @Override
  default PartyStep partyStep(
      int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random) {
    return activation().party(partyId, receiver, epoch, random);
  }

  @Override
  default Shape outputShape() {
    return inputShape();
  }

  @Override
  default long outputDivisor() {
    return 1;
  }

  @Override
  default Share stepInput(Share... inputs) {
    int[] words = WordShare.require(inputs[0], inputShape().elementCount()).words();
    // Nobody writes into a share that several steps may read, so nothing needs a copy of it.
    return WordShare.of(inputShape(), inputMultiplier() == 1 ? words : scaledInput(words));
  }

  /**
   * Returns the step's input, made locally from a share (or from the whole value, in plaintext).
   *
   * @param input words of the producer's output; not written
   * @return a new array
   */
  default int[] scaledInput(int[] input) {
    if (input.length != inputShape().elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " words, must have " + inputShape().elementCount());
    }
    int[] scaled = new int[input.length];
    for (int i = 0; i < input.length; i++) {
      scaled[i] = input[i] * inputMultiplier();
    }
    return scaled;
  }
}
