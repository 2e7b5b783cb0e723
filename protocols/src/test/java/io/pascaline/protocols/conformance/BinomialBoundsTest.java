// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BinomialBoundsTest {
  /** Half of 10000: six standard deviations are 300, and the bound is not far above them. */
  @Test
  void shouldEncloseTheMeanBySixToSevenStandardDeviations() {
    long upper = BinomialBounds.upper(10_000, 0.5);
    assertTrue(upper > 5300 && upper < 5350, "upper " + upper);
    assertEquals(10_000 - upper, BinomialBounds.lower(10_000, 0.5));
  }

  @Test
  void shouldAllowNothingOfWhatCannotHappen() {
    assertEquals(0, BinomialBounds.upper(1_000_000, 0));
    assertEquals(0, BinomialBounds.upper(1000, 1e-13));
  }
}
