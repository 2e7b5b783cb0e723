// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import java.util.Locale;

/**
 * A property of a compiled layer that its owner should know: the layer works, with little margin.
 *
 * @param layer the name of the tensor
 * @param kind which quantity is small
 * @param value the quantity
 * @param recommended the smallest value that needs no warning
 */
public record CompilerWarning(String layer, Kind kind, double value, double recommended) {

  /** Which quantity is small. */
  public enum Kind {
    /** Bits of the largest weight: the layer is coarsely quantised. */
    WEIGHT_BITS("bits of the largest weight"),
    /** Bound divided by the largest value in calibration: an unusual input may exceed it. */
    RANGE_MARGIN("layer bound / largest calibration value"),
    /**
     * Significant bits of the output after rounding: answers may differ from plaintext. Weights or
     * values are tiny or huge, or vary little around a large offset.
     */
    SIGNIFICANT_BITS("significant bits of the output (scale its weights and values towards 1)"),
    /** Values of a function, divided by the error of its approximation. */
    FIT("values of the function / error of its approximation"),
    /** The allowed error of the outputs, divided by the error that all approximations cause. */
    BUDGET("allowed error of the outputs / error that the approximations cause");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** One line for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %s: %.3g, recommended: at least %.3g",
        layer,
        kind.text,
        value,
        recommended);
  }
}
