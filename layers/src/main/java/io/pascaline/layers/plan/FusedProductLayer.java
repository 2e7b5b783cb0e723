// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import java.util.List;

/**
 * The fused suite's product of two tensors, exact in Z_2^32: element by element, or of each channel
 * with one factor. No input has a pending divisor.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs the producers of the first and of the second factor
 * @param product the step's public parameters
 * @param outputFractionBits the sum of those of both factors
 * @param bound products must stay below this in magnitude: {@code 2^(30 - outputFractionBits)}
 */
public record FusedProductLayer(
    int id,
    String name,
    List<Integer> inputs,
    FusedProduct product,
    int outputFractionBits,
    double bound)
    implements FunctionLayer {

  /** Copies the list. */
  public FusedProductLayer {
    inputs = PlanRules.producers(id, inputs, 2);
    PlanRules.name(name);
    PlanRules.sameLayer("product", product.layer(), id);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.bound(bound, outputFractionBits);
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_PRODUCT;
  }

  @Override
  public Shape inputShape() {
    return product.shape();
  }

  @Override
  public Shape inputShape(int port) {
    return port == 0 ? product.shape() : product.factorShape();
  }

  @Override
  public Shape outputShape() {
    return product.shape();
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
    return product.dealer(receiver, p0, p1);
  }

  @Override
  public PartyStep partyStep(
      int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random) {
    return product.party(partyId, receiver, epoch, random);
  }

  /** Returns the words of both factors, one after the other. */
  @Override
  public Share stepInput(Share... factors) {
    int count = product.shape().elementCount();
    int[] both = new int[product.inputCount()];
    System.arraycopy(WordShare.require(factors[0], count).words(), 0, both, 0, count);
    int second = product.factorShape().elementCount();
    System.arraycopy(WordShare.require(factors[1], second).words(), 0, both, count, second);
    return WordShare.of(Shape.of(both.length), both);
  }
}
