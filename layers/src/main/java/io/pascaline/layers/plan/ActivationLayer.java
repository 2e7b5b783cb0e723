package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.ring.Shape;
import java.util.List;

/**
 * An activation function and the rescale to small words, in one exchange; with the identity as its
 * function it is the rescale alone. A divisor pending on the input is inside the function.
 *
 * @param id the layer's place in the plan.
 * @param name the tensor's name in the model.
 * @param inputs one producer.
 * @param inputMultiplier a power of two that each party multiplies its share by before the step, so
 *     that the step's range is no wider than the values need.
 * @param activation the step's public parameters.
 * @param bound inputs must stay below this in magnitude, in real units before division by a pending
 *     divisor: {@code 2^(30 - activation.inputFractionBits())}.
 */
public record ActivationLayer(
    int id,
    String name,
    List<Integer> inputs,
    int inputMultiplier,
    FusedActivation activation,
    double bound)
    implements PlanLayer {

  /** Copies the list. */
  public ActivationLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.positive("inputMultiplier", inputMultiplier, 1 << 30);
    if (Integer.bitCount(inputMultiplier) != 1) {
      throw new IllegalArgumentException(
          "inputMultiplier is " + inputMultiplier + ", must be a power of two");
    }
    if (activation.layer() != id) {
      throw new IllegalArgumentException(
          "activation is of layer " + activation.layer() + ", must be of layer " + id);
    }
    PlanRules.bits("inputFractionBits", activation.inputFractionBits());
    PlanRules.bits("outputFractionBits", activation.outputFractionBits());
    PlanRules.bound(bound, activation.inputFractionBits());
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

  /**
   * The step's input, made locally from a share (or from the whole value, in the clear).
   *
   * @param input words of the producer's output; not written.
   * @return a new array.
   */
  public int[] scaledInput(int[] input) {
    if (input.length != activation.shape().elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " words, must have " + activation.shape().elementCount());
    }
    final int[] scaled = new int[input.length];
    for (int i = 0; i < input.length; i++) {
      scaled[i] = input[i] * inputMultiplier;
    }
    return scaled;
  }
}
