package io.pascaline.layers.compile;

import io.pascaline.protocols.classic.ClassicPolynomial;
import java.util.HashMap;
import java.util.Map;

/**
 * Choices of the classic suite's compiler.
 *
 * @param fractionBits f, of all tensors and weights.
 * @param safetyFactor bounds are this times the largest value seen in calibration.
 * @param protocol of polynomials without a choice of their own.
 * @param protocolOf choices of single layers, by the name of the activation's tensor.
 */
public record ClassicSettings(
    int fractionBits,
    double safetyFactor,
    PolynomialProtocol protocol,
    Map<String, PolynomialProtocol> protocolOf) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting and its value.
   */
  public ClassicSettings {
    if (fractionBits < ClassicPolynomial.MIN_FRACTION_BITS
        || fractionBits > ClassicPolynomial.MAX_FRACTION_BITS) {
      throw new IllegalArgumentException(
          "fractionBits is %d, must be in [%d, %d]"
              .formatted(
                  fractionBits,
                  ClassicPolynomial.MIN_FRACTION_BITS,
                  ClassicPolynomial.MAX_FRACTION_BITS));
    }
    // Written so that NaN is refused too.
    if (!(safetyFactor >= 1 && safetyFactor <= 1024)) {
      throw new IllegalArgumentException(
          "safetyFactor is " + safetyFactor + ", must be in [1, 1024]");
    }
    protocolOf = Map.copyOf(protocolOf);
  }

  /** 16 fraction bits, twice the calibrated range, HoneyBadger powers. */
  public static ClassicSettings standard() {
    return new ClassicSettings(16, 2.0, PolynomialProtocol.HONEY_BADGER, Map.of());
  }

  /** These settings with other fraction bits. */
  public ClassicSettings withFractionBits(int bits) {
    return new ClassicSettings(bits, safetyFactor, protocol, protocolOf);
  }

  /** These settings with another safety factor. */
  public ClassicSettings withSafetyFactor(double factor) {
    return new ClassicSettings(fractionBits, factor, protocol, protocolOf);
  }

  /** These settings with another protocol for all layers without a choice of their own. */
  public ClassicSettings withProtocol(PolynomialProtocol other) {
    return new ClassicSettings(fractionBits, safetyFactor, other, protocolOf);
  }

  /** These settings with another protocol for one activation. */
  public ClassicSettings withProtocol(String tensor, PolynomialProtocol other) {
    final Map<String, PolynomialProtocol> choices = new HashMap<>(protocolOf);
    choices.put(tensor, other);
    return new ClassicSettings(fractionBits, safetyFactor, protocol, choices);
  }
}
