// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.List;

/**
 * An activation of the classic suite, or a maximum over windows, by any of its protocols.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param activation the protocol and its public parameters
 * @param outputFractionBits fraction bits of the output, as of the input
 */
public record ClassicActivationLayer(
    int id, String name, List<Integer> inputs, ClassicActivation activation, int outputFractionBits)
    implements FunctionLayer {
  /** A max pool keeps an index for each tap of a channel's windows. */
  private static final long MAX_TAPS = 1 << 24;

  /** Copies the list. */
  public ClassicActivationLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.sameLayer("activation", activation.layer(), id);
    if (activation instanceof ClassicPolynomial polynomial
        && polynomial.fractionBits() != outputFractionBits) {
      throw new IllegalArgumentException(
          "activation has "
              + polynomial.fractionBits()
              + " fraction bits, must have "
              + outputFractionBits);
    }
  }

  /**
   * Returns a layer of exact maxima.
   *
   * @throws IllegalArgumentException if the windows have too many elements
   */
  public static ClassicActivationLayer maxPool(
      int id, String name, List<Integer> inputs, PoolWindow window, int fractionBits) {
    long taps = (long) window.area() * window.outputHeight() * window.outputWidth();
    if (taps > MAX_TAPS) {
      throw new IllegalArgumentException(
          "windows of layer " + id + " have " + taps + " elements, at most " + MAX_TAPS);
    }
    ExactMaxPool pool = new ExactMaxPool(id, window);
    return new ClassicActivationLayer(id, name, inputs, pool, fractionBits);
  }

  @Override
  public Kind kind() {
    return Kind.CLASSIC_ACTIVATION;
  }

  @Override
  public Shape inputShape() {
    return activation.inputShape();
  }

  @Override
  public Shape outputShape() {
    return activation.outputShape();
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  @Override
  public DealerStep dealerStep(
      CorrectionReceiver receiver,
      long epoch,
      KeyedRandom p0,
      KeyedRandom p1,
      LinearKernel kernel) {
    return activation.dealer(p0, p1);
  }

  @Override
  public PartyStep partyStep(
      int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random) {
    return activation.party(partyId, epoch, random);
  }

  @Override
  public Share stepInput(Share... inputs) {
    return inputs[0];
  }
}
