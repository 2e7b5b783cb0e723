// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TrigonometricBasisTest {
  private static final double[] NONE = {};

  @Test
  void shouldNeedTwoTermsPerHarmonicAndOneForASlope() {
    double[] amplitudes = {1, 0.5};

    assertEquals(5, new TrigonometricBasis(1, 2, 8, amplitudes, amplitudes).termCount());
    assertEquals(4, new TrigonometricBasis(1, 0, 8, amplitudes, amplitudes).termCount());
    assertEquals(1, new TrigonometricBasis(1, 2, 8, NONE, NONE).termCount());
    assertEquals(
        3, new TrigonometricBasis(1, 2, 8, new double[] {1, 0}, new double[] {1, 0}).termCount());
  }

  @Test
  void shouldRepeatWithThePeriod() {
    TrigonometricBasis basis =
        new TrigonometricBasis(0, 0, 8, new double[] {1, 0.5}, new double[] {0, 0.25});

    // Angles here stay below 2^5, so one rounding of them is below 2^-48.
    assertEquals(basis.value(1.25), basis.value(9.25), 0x1.0p-46);
    assertEquals(1.5, basis.value(0), 0);
  }

  @Test
  void shouldRefuseWhatIsNoFunctionOfThisKind() {
    double[] one = {1};
    double[] zero = {0};
    double[] many = new double[32];

    assertThrows(IllegalArgumentException.class, () -> new TrigonometricBasis(1, 0, 8, zero, zero));
    assertThrows(IllegalArgumentException.class, () -> new TrigonometricBasis(1, 0, 0, one, one));
    assertThrows(IllegalArgumentException.class, () -> new TrigonometricBasis(1, 0, -1, one, one));
    assertThrows(
        IllegalArgumentException.class, () -> new TrigonometricBasis(1, 0, Double.NaN, one, one));
    assertThrows(IllegalArgumentException.class, () -> new TrigonometricBasis(1, 0, 8, one, NONE));
    assertThrows(IllegalArgumentException.class, () -> new TrigonometricBasis(1, 1, 8, many, many));
  }
}
