// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import java.util.List;

/**
 * What inputs a network was compiled for: the largest magnitudes that its calibration inputs have,
 * times the safety factor. A larger value may leave a layer's bound, and then the answer is wrong.
 *
 * @param limits one for all elements, or one for each channel, which is the input's first
 *     dimension; a value equal to its limit is in the range
 */
public record InputRange(List<Double> limits) {

  /** Checks the values. */
  public InputRange {
    limits = List.copyOf(limits);
    if (limits.isEmpty()) {
      throw new IllegalArgumentException("limits are none, must be at least one");
    }
    for (double limit : limits) {
      // Written so that NaN is refused too.
      if (!(limit >= 0 && limit < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("limit is " + limit + ", must be finite, from 0");
      }
    }
  }

  /** Returns a range with one limit for all elements. */
  public static InputRange upTo(double limit) {
    return new InputRange(List.of(limit));
  }

  /**
   * Returns the limit of one element.
   *
   * @param element index in the input, row-major
   * @param elementCount elements of the input
   */
  public double limit(int element, int elementCount) {
    return limits.get(element / (elementCount / limits.size()));
  }
}
