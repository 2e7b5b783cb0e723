package io.pascaline.layers.plan;

import io.pascaline.protocols.ring.Shape;
import java.util.List;

/**
 * A residual addition: {@code left * leftMultiplier + right * rightMultiplier}, where the
 * multipliers bring both sides to the same scale. No message.
 *
 * @param id the layer's place in the plan.
 * @param name the tensor's name in the model.
 * @param inputs the left and the right producer.
 * @param shape of both inputs and the output.
 * @param leftMultiplier at least 1.
 * @param rightMultiplier at least 1.
 * @param outputFractionBits of the sum.
 * @param outputDivisor of the sum.
 */
public record JoinLayer(
    int id,
    String name,
    List<Integer> inputs,
    Shape shape,
    int leftMultiplier,
    int rightMultiplier,
    int outputFractionBits,
    long outputDivisor)
    implements LocalLayer {

  /** Copies the list. */
  public JoinLayer {
    inputs = PlanRules.producers(id, inputs, 2);
    PlanRules.name(name);
    PlanRules.positive("leftMultiplier", leftMultiplier, Integer.MAX_VALUE);
    PlanRules.positive("rightMultiplier", rightMultiplier, Integer.MAX_VALUE);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.divisor(outputDivisor);
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  @Override
  public int[] apply(int[]... words) {
    if (words.length != 2) {
      throw new IllegalArgumentException("inputs are " + words.length + ", must be 2");
    }
    final int[] left = words[0];
    final int[] right = words[1];
    final int count = shape.elementCount();
    if (left.length != count || right.length != count) {
      throw new IllegalArgumentException(
          "inputs have " + left.length + " and " + right.length + " words, must have " + count);
    }
    final int[] sum = new int[count];
    for (int i = 0; i < count; i++) {
      sum[i] = left[i] * leftMultiplier + right[i] * rightMultiplier;
    }
    return sum;
  }
}
