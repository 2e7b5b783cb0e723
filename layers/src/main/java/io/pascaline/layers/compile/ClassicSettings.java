// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.classic.ClassicPolynomial;
import java.util.HashMap;
import java.util.Map;

/**
 * Choices of the classic suite's compiler.
 *
 * <p>The compiler takes the most fraction bits, within the range, for which an inference's bound of
 * the probability of failure keeps the limit: the bound grows with 2^(2f), errors with 2^-f. Where
 * no number of bits keeps it, the fewest are taken, and the plan's costs tell the bound.
 *
 * @param minFractionBits the smallest f, of all tensors and weights
 * @param maxFractionBits the largest
 * @param failureLimit of {@link io.pascaline.layers.plan.PlanCosts#failureProbability}; 1 for none
 * @param safetyFactor bounds are this times the largest value seen in calibration
 * @param protocol of polynomials without a choice of their own
 * @param protocolOf choices of single layers, by the name of the activation's tensor
 */
public record ClassicSettings(
    int minFractionBits,
    int maxFractionBits,
    double failureLimit,
    double safetyFactor,
    PolynomialProtocol protocol,
    Map<String, PolynomialProtocol> protocolOf) {

  /** The limit of {@link #standard}: one inference in a thousand, in the worst case. */
  public static final double STANDARD_FAILURE_LIMIT = 0x1p-10;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting and its value
   */
  public ClassicSettings {
    requireBits("minFractionBits", minFractionBits, ClassicPolynomial.MIN_FRACTION_BITS);
    requireBits("maxFractionBits", maxFractionBits, minFractionBits);
    // Written so that NaN is refused too.
    if (!(failureLimit > 0 && failureLimit <= 1)) {
      throw new IllegalArgumentException(
          "failureLimit is " + failureLimit + ", must be above 0 and at most 1");
    }
    if (!(safetyFactor >= 1 && safetyFactor <= 1024)) {
      throw new IllegalArgumentException(
          "safetyFactor is " + safetyFactor + ", must be in [1, 1024]");
    }
    protocolOf = Map.copyOf(protocolOf);
  }

  private static void requireBits(String name, int bits, int min) {
    if (bits < min || bits > ClassicPolynomial.MAX_FRACTION_BITS) {
      throw new IllegalArgumentException(
          "%s is %d, must be in [%d, %d]"
              .formatted(name, bits, min, ClassicPolynomial.MAX_FRACTION_BITS));
    }
  }

  /**
   * 10 to 16 fraction bits, a failure in 2^10 inferences at most, twice the calibrated range,
   * HoneyBadger powers.
   */
  public static ClassicSettings standard() {
    return new ClassicSettings(
        10, 16, STANDARD_FAILURE_LIMIT, 2.0, PolynomialProtocol.HONEY_BADGER, Map.of());
  }

  /**
   * Returns these settings with given fraction bits, without regard to the probability of failure.
   */
  public ClassicSettings withFractionBits(int bits) {
    return new ClassicSettings(bits, bits, 1, safetyFactor, protocol, protocolOf);
  }

  /** These settings with another safety factor. */
  public ClassicSettings withSafetyFactor(double factor) {
    return new ClassicSettings(
        minFractionBits, maxFractionBits, failureLimit, factor, protocol, protocolOf);
  }

  /** These settings with another protocol for all layers without a choice of their own. */
  public ClassicSettings withProtocol(PolynomialProtocol other) {
    return new ClassicSettings(
        minFractionBits, maxFractionBits, failureLimit, safetyFactor, other, protocolOf);
  }

  /** These settings with another protocol for one activation. */
  public ClassicSettings withProtocol(String tensor, PolynomialProtocol other) {
    Map<String, PolynomialProtocol> choices = new HashMap<>(protocolOf);
    choices.put(tensor, other);
    return new ClassicSettings(
        minFractionBits, maxFractionBits, failureLimit, safetyFactor, protocol, choices);
  }
}
