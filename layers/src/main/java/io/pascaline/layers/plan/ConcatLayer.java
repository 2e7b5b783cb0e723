// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * Tensors one behind the other along an axis, in either suite; each is multiplied to bring all to
 * the same scale. No message.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs the producers, in their order
 * @param geometry the inputs' shapes and the axis
 * @param multipliers one for each input, at least 1
 * @param outputFractionBits of all together
 * @param outputDivisor of all together
 */
public record ConcatLayer(
    int id,
    String name,
    List<Integer> inputs,
    Concatenation geometry,
    List<Integer> multipliers,
    int outputFractionBits,
    long outputDivisor)
    implements ExactLocalLayer {

  /** Copies the lists. */
  public ConcatLayer {
    inputs = PlanRules.producers(id, inputs, geometry.inputShapes().size());
    multipliers = List.copyOf(multipliers);
    PlanRules.name(name);
    if (multipliers.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "multipliers are " + multipliers.size() + ", must be " + inputs.size());
    }
    for (int multiplier : multipliers) {
      PlanRules.positive("multiplier", multiplier, Integer.MAX_VALUE);
    }
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.divisor(outputDivisor);
  }

  @Override
  public Kind kind() {
    return Kind.CONCAT;
  }

  /** Returns the shape of all inputs together. */
  @Override
  public Shape inputShape() {
    return outputShape();
  }

  @Override
  public Shape inputShape(int index) {
    return geometry.inputShapes().get(index);
  }

  @Override
  public Shape outputShape() {
    return geometry.outputShape();
  }

  @Override
  public int[] apply(int[]... words) {
    PlanRules.inputCount(words.length, inputs.size());
    for (int i = 0; i < words.length; i++) {
      PlanRules.inputLength(words[i].length, inputShape(i));
    }
    int[] output = new int[outputShape().elementCount()];
    geometry.forEachRun(
        (input, from, to, count) -> {
          int multiplier = multipliers.get(input);
          for (int i = 0; i < count; i++) {
            output[to + i] = words[input][from + i] * multiplier;
          }
        });
    return output;
  }

  @Override
  public long[] apply(long[]... doubleWords) {
    PlanRules.inputCount(doubleWords.length, inputs.size());
    for (int i = 0; i < doubleWords.length; i++) {
      PlanRules.inputLength(doubleWords[i].length, inputShape(i));
    }
    long[] output = new long[outputShape().elementCount()];
    geometry.forEachRun(
        (input, from, to, count) -> {
          long multiplier = multipliers.get(input);
          for (int i = 0; i < count; i++) {
            output[to + i] = doubleWords[input][from + i] * multiplier;
          }
        });
    return output;
  }
}
