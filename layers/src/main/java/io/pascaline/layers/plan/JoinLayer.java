// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * A sum or difference of two tensors: {@code left * leftMultiplier + right * rightMultiplier},
 * where the multipliers bring both sides to the same scale. No message.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs the left and the right producer
 * @param shape of both inputs and the output
 * @param leftMultiplier at least 1
 * @param rightMultiplier at least 1 in magnitude; negative for a difference
 * @param outputFractionBits of the sum
 * @param outputDivisor of the sum
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
    implements ExactLocalLayer {

  /** Copies the list. */
  public JoinLayer {
    inputs = PlanRules.producers(id, inputs, 2);
    PlanRules.name(name);
    PlanRules.positive("leftMultiplier", leftMultiplier, Integer.MAX_VALUE);
    PlanRules.positive(
        "magnitude of rightMultiplier", Math.abs((long) rightMultiplier), Integer.MAX_VALUE);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.divisor(outputDivisor);
  }

  @Override
  public Kind kind() {
    return Kind.JOIN;
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
    requireTwo(words.length);
    int[] left = words[0];
    int[] right = words[1];
    requireLengths(left.length, right.length);
    int[] sum = new int[left.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = left[i] * leftMultiplier + right[i] * rightMultiplier;
    }
    return sum;
  }

  @Override
  public long[] apply(long[]... doubleWords) {
    requireTwo(doubleWords.length);
    long[] left = doubleWords[0];
    long[] right = doubleWords[1];
    requireLengths(left.length, right.length);
    long[] sum = new long[left.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = left[i] * leftMultiplier + right[i] * rightMultiplier;
    }
    return sum;
  }

  private static void requireTwo(int count) {
    if (count != 2) {
      throw new IllegalArgumentException("inputs are " + count + ", must be 2");
    }
  }

  private void requireLengths(int left, int right) {
    int count = shape.elementCount();
    if (left != count || right != count) {
      throw new IllegalArgumentException(
          "inputs have " + left + " and " + right + " words, must have " + count);
    }
  }
}
