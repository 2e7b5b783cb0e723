package io.pascaline.layers.plan;

import io.pascaline.protocols.ring.LinearMap;
import io.pascaline.protocols.ring.Shape;
import java.util.List;

/**
 * A convolution or matrix product with secret weights. The output has the input's fraction bits
 * plus the weights'; an input's pending divisor is inside the weights.
 *
 * @param id the layer's place in the plan.
 * @param name the tensor's name in the model.
 * @param inputs one producer.
 * @param map the geometry.
 * @param weightFractionBits fraction bits of the weight words; may be negative for huge weights.
 * @param outputFractionBits fraction bits of the output and of the bias.
 * @param biased whether there is a bias, one word per output channel.
 * @param bound the output and what is made of it locally stay below this in magnitude, in real
 *     units: {@code 2^(30 - outputFractionBits)}.
 */
public record LinearLayer(
    int id,
    String name,
    List<Integer> inputs,
    LinearMap map,
    int weightFractionBits,
    int outputFractionBits,
    boolean biased,
    double bound)
    implements PlanLayer {

  /** Copies the list. */
  public LinearLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("weightFractionBits", weightFractionBits);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.bound(bound, outputFractionBits);
  }

  @Override
  public Shape inputShape() {
    return map.inputShape();
  }

  @Override
  public Shape outputShape() {
    return map.outputShape();
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  /** Words of the bias: the number of output channels. */
  public int biasCount() {
    return map.outputShape().dim(0);
  }
}
