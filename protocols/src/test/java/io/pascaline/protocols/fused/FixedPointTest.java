// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPointTest {
  private static final double[] CORNERS = {
    0,
    -0.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0x1.0p31,
    0x1.0p32,
    -0x1.0p32,
    0x1.8p32,
    0x1.0p32 - 0.5,
    0x1.0p51 - 0.5,
    0.5 - 0x1.0p51,
    0x1.fffffffffffffp50,
    0x1.0p52 + 0.5,
    0x1.0p53 + 1,
    0x1.fffffffffffffp61,
    -0x1.fffffffffffffp61
  };
  private static final double[] WIDE_CORNERS = {
    0x1.0p62,
    0x1.0p63,
    -0x1.0p63,
    0x1.fffffffffffffp63,
    0x1.0p64,
    -0x1.8p64,
    0x1.fffffffffffffp92,
    -0x1.fffffffffffffp92
  };

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldBeTheNearestIntegerModuloTwoToThe64(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (double corner : CORNERS) {
      checkBoth(corner);
    }
    for (double corner : WIDE_CORNERS) {
      assertEquals(exact(corner), FixedPoint.encodeWide(corner), () -> "value " + corner);
    }
    for (int i = 0; i < 20_000; i++) {
      double mantissa = random.nextDouble(-1, 1);
      checkBoth(Math.scalb(mantissa, random.nextInt(-5, 62)));
      double wide = Math.scalb(mantissa, random.nextInt(60, 93));
      assertEquals(exact(wide), FixedPoint.encodeWide(wide), () -> "value " + wide);
    }
  }

  private static void checkBoth(double value) {
    assertEquals(exact(value), FixedPoint.encode(value), () -> "value " + value);
    assertEquals(exact(value), FixedPoint.encodeWide(value), () -> "value " + value);
    if (Math.abs(value) < FixedPoint.NARROW_LIMIT) {
      assertEquals(exact(value), FixedPoint.encodeNarrow(value), () -> "value " + value);
    }
  }

  private static long exact(double value) {
    return new BigDecimal(value).setScale(0, RoundingMode.HALF_EVEN).toBigInteger().longValue();
  }
}
