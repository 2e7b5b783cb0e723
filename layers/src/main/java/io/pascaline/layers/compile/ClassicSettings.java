// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.classic.ClassicPolynomial;
import java.util.HashMap;
import java.util.Map;

/**
 * Choices of the classic suite's compiler.
 *
 * @param fractionBits of all tensors and weights
 * @param safetyFactor bounds are this times the largest value seen in calibration
 * @param protocols of polynomials
 */
public record ClassicSettings(FractionBits fractionBits, double safetyFactor, Protocols protocols) {

  /** The limit of {@link #standard}: one inference in a thousand, in the worst case. */
  public static final double STANDARD_FAILURE_LIMIT = 0x1p-10;

  /**
   * From where to where the fraction bits f are chosen.
   *
   * <p>The compiler takes the most of them for which an inference's bound of the probability of
   * failure keeps the limit: the bound grows with 2^(2f), errors with 2^-f. Where no number of bits
   * keeps it, the fewest are taken, and the plan's costs tell the bound.
   *
   * @param min the smallest f
   * @param max the largest
   * @param failureLimit of {@link io.pascaline.layers.plan.PlanCosts#failureProbability}; 1 for
   *     none
   */
  public record FractionBits(int min, int max, double failureLimit) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public FractionBits {
      requireBits("minFractionBits", min, ClassicPolynomial.MIN_FRACTION_BITS);
      requireBits("maxFractionBits", max, min);
      // Written so that NaN is refused too.
      if (!(failureLimit > 0 && failureLimit <= 1)) {
        throw new IllegalArgumentException(
            "failureLimit is " + failureLimit + ", must be above 0 and at most 1");
      }
    }

    private static void requireBits(String name, int bits, int min) {
      if (bits < min || bits > ClassicPolynomial.MAX_FRACTION_BITS) {
        throw new IllegalArgumentException(
            "%s is %d, must be in [%d, %d]"
                .formatted(name, bits, min, ClassicPolynomial.MAX_FRACTION_BITS));
      }
    }
  }

  /**
   * How polynomials are computed.
   *
   * @param usual of those without a choice of their own
   * @param ofLayer choices of single layers, by the name of the activation's tensor
   */
  public record Protocols(PolynomialProtocol usual, Map<String, PolynomialProtocol> ofLayer) {
    /** Copies the choices. */
    public Protocols {
      ofLayer = Map.copyOf(ofLayer);
    }

    /** Returns the protocol of an activation's tensor. */
    PolynomialProtocol of(String tensor) {
      return ofLayer.getOrDefault(tensor, usual);
    }

    private Protocols with(String tensor, PolynomialProtocol protocol) {
      Map<String, PolynomialProtocol> choices = new HashMap<>(ofLayer);
      choices.put(tensor, protocol);
      return new Protocols(usual, choices);
    }
  }

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException naming the setting and its value
   */
  public ClassicSettings {
    // Written so that NaN is refused too.
    if (!(safetyFactor >= 1 && safetyFactor <= 1024)) {
      throw new IllegalArgumentException(
          "safetyFactor is " + safetyFactor + ", must be in [1, 1024]");
    }
  }

  /**
   * 10 to 16 fraction bits, a failure in 2^10 inferences at most, twice the calibrated range,
   * HoneyBadger powers.
   */
  public static ClassicSettings standard() {
    return new ClassicSettings(
        new FractionBits(10, 16, STANDARD_FAILURE_LIMIT),
        2.0,
        new Protocols(PolynomialProtocol.HONEY_BADGER, Map.of()));
  }

  /**
   * Returns these settings with given fraction bits, without regard to the probability of failure.
   */
  public ClassicSettings withFractionBits(int bits) {
    return new ClassicSettings(new FractionBits(bits, bits, 1), safetyFactor, protocols);
  }

  /** These settings with another safety factor. */
  public ClassicSettings withSafetyFactor(double factor) {
    return new ClassicSettings(fractionBits, factor, protocols);
  }

  /** These settings with another protocol for all layers without a choice of their own. */
  public ClassicSettings withProtocol(PolynomialProtocol other) {
    return new ClassicSettings(fractionBits, safetyFactor, new Protocols(other, protocols.ofLayer));
  }

  /** These settings with another protocol for one activation. */
  public ClassicSettings withProtocol(String tensor, PolynomialProtocol other) {
    return new ClassicSettings(fractionBits, safetyFactor, protocols.with(tensor, other));
  }
}
