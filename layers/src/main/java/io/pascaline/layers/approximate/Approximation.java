// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

/**
 * How functions that no protocol computes are approximated by harmonics.
 *
 * @param mode who chooses the number of harmonics
 * @param terms number for each layer in mode FIXED; a harmonic counts as one term, and so does a
 *     slope
 * @param budget in mode AUTO, the largest error of the network's outputs, as a root mean square
 *     over the calibration inputs, each divided by its output's standard deviation
 */
public record Approximation(Mode mode, int terms, double budget) {
  /** The most terms that a layer gets. */
  public static final int MAX_TERMS = 20;

  /** The default budget; docs/approximation.md describes its effect on answers. */
  public static final double STANDARD_BUDGET = 0.02;

  /**
   * A fit covers arguments up to this factor times its range, on each side of zero. The range is at
   * least the largest value in calibration.
   */
  public static final double FIT_MARGIN = 1.25;

  /** Who chooses the number of harmonics. */
  public enum Mode {
    /** The compiler, layer by layer, so that the budget is kept. */
    AUTO,
    /** The caller, one number for all layers. */
    FIXED,
    /** Nobody: such functions are refused. */
    OFF
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the component and its value
   */
  public Approximation {
    if (mode == Mode.FIXED && (terms < 1 || terms > MAX_TERMS)) {
      throw new IllegalArgumentException("terms is " + terms + ", must be 1 to " + MAX_TERMS);
    }
    // Written so that NaN is refused too.
    if (mode == Mode.AUTO && !(budget > 0 && budget <= 1)) {
      throw new IllegalArgumentException("budget is " + budget + ", must be above 0 and at most 1");
    }
  }

  /** Returns the choice of the compiler with {@link #STANDARD_BUDGET}. */
  public static Approximation auto() {
    return auto(STANDARD_BUDGET);
  }

  /** Returns the choice of the compiler with a budget. */
  public static Approximation auto(double budget) {
    return new Approximation(Mode.AUTO, 0, budget);
  }

  /** Returns a fixed number of terms for all layers. */
  public static Approximation fixed(int terms) {
    return new Approximation(Mode.FIXED, terms, 0);
  }

  /** Returns the refusal of all such functions. */
  public static Approximation off() {
    return new Approximation(Mode.OFF, 0, 0);
  }
}
