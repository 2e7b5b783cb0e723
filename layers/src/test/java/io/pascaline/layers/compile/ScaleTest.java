// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScaleTest {

  @Test
  void shouldTurnPowersOfTwoIntoFractionBitsAndKeepTheRest() {
    assertEquals(new Scale(18, 1), new Scale(12, 1).dividedBy(64));
    assertEquals(new Scale(12, 49), new Scale(12, 1).dividedBy(49));
    assertEquals(new Scale(14, 27), new Scale(12, 9).dividedBy(12));
  }

  @Test
  void shouldFindTheCoarsestCommonScale() {
    Scale left = new Scale(26, 3);
    Scale right = new Scale(12, 9);

    Scale common = left.commonWith(right);

    assertEquals(new Scale(26, 9), common);
    assertEquals(3, left.multiplierTo(common));
    assertEquals(1 << 14, right.multiplierTo(common));
    assertEquals(1, common.multiplierTo(common));
    assertEquals(new Scale(26, 15), new Scale(26, 3).commonWith(new Scale(20, 5)));
  }

  @Test
  void shouldHaveNoMultiplierThatNoWordHolds() {
    assertEquals(1 << 30, new Scale(0, 1).multiplierTo(new Scale(30, 1)));
    assertEquals(0, new Scale(0, 1).multiplierTo(new Scale(31, 1)));
    assertEquals(0, new Scale(0, 1).multiplierTo(new Scale(29, 3)));
  }

  @Test
  void shouldHoldMagnitudesBelowItsBound() {
    assertFalse(new Scale(26, 1).holds(16));
    assertTrue(new Scale(26, 1).holds(15.99));
    assertFalse(new Scale(26, 3).holds(16 / 3.0));
    assertEquals(new Scale(25, 1), new Scale(3, 1).tightest(16, 30));
    assertEquals(new Scale(20, 1), new Scale(3, 1).tightest(16, 20));
    assertEquals(new Scale(24, 3), new Scale(3, 3).tightest(16, 30));
  }

  @Test
  void shouldRefuseDivisorsWithoutEnd() {
    Scale huge = new Scale(12, 999_999_999);

    assertThrows(ModelCompileException.class, () -> huge.dividedBy(9));
  }
}
