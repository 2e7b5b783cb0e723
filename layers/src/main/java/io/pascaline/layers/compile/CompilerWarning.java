// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import java.util.Locale;

/**
 * Something about a compiled layer that its owner should know: it works, with little margin.
 *
 * @param layer the name of the tensor
 * @param kind what is small
 * @param value how much of it there is
 * @param recommended how much there should be
 */
public record CompilerWarning(String layer, Kind kind, double value, double recommended) {

  /** What is small. */
  public enum Kind {
    /** Bits of the largest weight: the layer is coarsely quantised. */
    WEIGHT_BITS("bits of the largest weight"),
    /** Bound over the largest value seen in calibration: an unusual input may exceed it. */
    RANGE_MARGIN("times the largest calibration value fit in the bound"),
    /**
     * Bits of the output that rounding leaves: answers may differ from plaintext. Weights or values
     * are tiny or huge, or vary little around a large offset.
     */
    SIGNIFICANT_BITS("significant bits (scale its weights and values towards 1)"),
    /** Values of a function over the error of what approximates it. */
    FIT("times the error of the approximated function are its values"),
    /** The allowed error of the outputs over that of all approximations. */
    BUDGET("times the error that approximations cause is allowed");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** One line for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s: %.3g %s, better %.3g or more", layer, value, kind.text, recommended);
  }
}
