// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The sum over each window of an average pool; the division moves into the scale. Padding counts as
 * zeros. No message.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param window the geometry
 * @param outputFractionBits of the average
 * @param outputDivisor of the average
 */
public record FusedSumPoolLayer(
    int id,
    String name,
    List<Integer> inputs,
    PoolWindow window,
    int outputFractionBits,
    long outputDivisor)
    implements ExactLocalLayer {

  /** Copies the list. */
  public FusedSumPoolLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    PlanRules.bits("outputFractionBits", outputFractionBits);
    PlanRules.divisor(outputDivisor);
  }

  @Override
  public Kind kind() {
    return Kind.FUSED_SUM_POOL;
  }

  @Override
  public Shape inputShape() {
    return window.inputShape();
  }

  @Override
  public Shape outputShape() {
    return window.outputShape();
  }

  @Override
  public int[] apply(int[]... words) {
    requireOne(words.length, words.length == 1 ? words[0].length : 0);
    int[] input = words[0];
    int[] output = new int[outputShape().elementCount()];
    window.forEachTap((from, to) -> output[to] += input[from]);
    return output;
  }

  @Override
  public long[] apply(long[]... doubleWords) {
    requireOne(doubleWords.length, doubleWords.length == 1 ? doubleWords[0].length : 0);
    long[] input = doubleWords[0];
    long[] output = new long[outputShape().elementCount()];
    window.forEachTap((from, to) -> output[to] += input[from]);
    return output;
  }

  private void requireOne(int count, int length) {
    if (count != 1) {
      throw new IllegalArgumentException("inputs are " + count + ", must be 1");
    }
    if (length != inputShape().elementCount()) {
      throw new IllegalArgumentException(
          "input has " + length + " words, must have " + inputShape().elementCount());
    }
  }
}
