// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.step.StepParameters;
import java.util.Objects;

/**
 * max(0, x) of every element, exactly: one stage of {@code SignProduct}, the many-round baseline
 * that runs a network whose activations were not replaced.
 *
 * <p>Rounds: 8. Online: 39.6 bytes per element and direction (317 bits). Correction: 39.6 bytes per
 * element. Error: none. Probability of failure: 0. Security: see the package. Source: the stage's.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 */
public record ExactRelu(int layer, Shape shape) implements ClassicComparison {
  private static final Reduction NONE =
      new Reduction() {
        @Override
        public long[] begin(long[] input) {
          return input.clone();
        }

        @Override
        public long[] compared(int stage, long[] values) {
          return values;
        }

        @Override
        public long[] next(int stage, long[] values, long[] positives) {
          return positives;
        }
      };

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the layer is negative or the shape too large
   */
  public ExactRelu {
    Objects.requireNonNull(shape, "shape");
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    SignProduct product = new SignProduct(shape.elementCount());
    StepParameters.requireArrayLength(
        layer, product.bitWordCount() + 2L * product.doubleWordCount());
  }

  @Override
  public String source() {
    return "carry by bit triples (Brent and Kung 1982; Beaver, CRYPTO 1991), then x times the sign";
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
  public int stageCount() {
    return 1;
  }

  @Override
  public int comparisonCount(int stage) {
    Objects.checkIndex(stage, 1);
    return shape.elementCount();
  }

  @Override
  public Reduction reduction() {
    return NONE;
  }

  @Override
  public long[] plaintext(long[] input) {
    long[] output = new long[input.length];
    for (int i = 0; i < input.length; i++) {
      output[i] = Math.max(0, input[i]);
    }
    return output;
  }
}
