// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.Approximation;
import java.util.Objects;

/**
 * Choices of the compiler.
 *
 * @param fractionBits of the network's input and of activations' outputs; fewer for outputs that
 *     are averaged over large windows, where the weights behind need the bits
 * @param safetyFactor a layer's bound is at least this times the largest value seen in calibration
 * @param weightBits how many bits the largest weight of a layer has at least
 * @param approximation of functions that are neither polynomials nor trigonometric
 */
public record FusedSettings(
    int fractionBits, double safetyFactor, WeightBits weightBits, Approximation approximation) {

  /**
   * How many bits the largest weight of a layer has at least.
   *
   * @param minimum a layer whose largest weight would have fewer bits is refused
   * @param preferred a linear layer on a pooled tensor whose largest weight would have fewer bits
   *     takes some from the tensor, or has it rescaled (one round); others get a warning
   */
  public record WeightBits(int minimum, int preferred) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public WeightBits {
      require("minimumWeightBits", minimum, 1, 16);
      require("preferredWeightBits", preferred, minimum, 24);
    }
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting and its value
   */
  public FusedSettings {
    require("fractionBits", fractionBits, 4, 20);
    // Written so that NaN is refused too.
    if (!(safetyFactor >= 1 && safetyFactor <= 1024)) {
      throw new IllegalArgumentException(
          "safetyFactor is " + safetyFactor + ", must be in [1, 1024]");
    }
    Objects.requireNonNull(weightBits, "weightBits");
    Objects.requireNonNull(approximation, "approximation");
  }

  private static void require(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be in [" + min + ", " + max + "]");
    }
  }

  /**
   * 12 fraction bits, twice the calibrated range, at least 4 and better 7 weight bits, and
   * approximations within their standard budget.
   */
  public static FusedSettings standard() {
    return new FusedSettings(12, 2.0, new WeightBits(4, 7), Approximation.auto());
  }

  /** These settings with other fraction bits. */
  public FusedSettings withFractionBits(int bits) {
    return new FusedSettings(bits, safetyFactor, weightBits, approximation);
  }

  /** These settings with another safety factor. */
  public FusedSettings withSafetyFactor(double factor) {
    return new FusedSettings(fractionBits, factor, weightBits, approximation);
  }

  /** These settings with other least numbers of weight bits. */
  public FusedSettings withWeightBits(int minimum, int preferred) {
    return new FusedSettings(
        fractionBits, safetyFactor, new WeightBits(minimum, preferred), approximation);
  }

  /** These settings with other approximations. */
  public FusedSettings withApproximation(Approximation other) {
    return new FusedSettings(fractionBits, safetyFactor, weightBits, other);
  }
}
