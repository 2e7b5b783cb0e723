// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingAngleTest {
  /**
   * {@link StrictMath} is within one unit in the last place, 2^-53 at most; its argument here has
   * two roundings, of up to 2^-51 (pi rounds to 2^-53, too).
   */
  private static final double REFERENCE_ERROR = 0x1p-50;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldStayWithinTheDerivedBound(long seed) {
    int[] angles = angles(seed);
    double[] cosines = new double[angles.length];
    double[] sines = new double[angles.length];

    run(angles, cosines, sines, angles.length);

    double largest = 0;
    for (int i = 0; i < angles.length; i++) {
      double angle = angles[i] * (2 * Math.PI * 0x1p-32);
      largest = Math.max(largest, Math.abs(cosines[i] - StrictMath.cos(angle)));
      largest = Math.max(largest, Math.abs(sines[i] - StrictMath.sin(angle)));
    }
    String text = "seed " + seed + ": largest error " + largest;
    assertTrue(largest <= RingAngle.MAX_ERROR + REFERENCE_ERROR, text);
    // Sanity, no tolerance: a bound far above what happens would tell nothing.
    assertTrue(largest * 64 > RingAngle.MAX_ERROR, text);
  }

  /** Every angle on its own gives the bits that it gives among others, and the rest stays. */
  @Test
  void shouldGiveEachAngleTheSameBitsAnywhere() {
    int[] angles = angles(4);
    double[] cosines = new double[angles.length];
    double[] sines = new double[angles.length];
    run(angles, cosines, sines, angles.length);
    double[] one = {0, 5};
    double[] other = {0, 6};
    for (int i = 0; i < angles.length; i += 97) {
      run(new int[] {angles[i], 9}, one, other, 1);
      assertArrayEquals(new double[] {cosines[i], 5}, one);
      assertArrayEquals(new double[] {sines[i], 6}, other);
    }
  }

  @Test
  void shouldKeepTheSymmetryOfWholeAndNoTurns() {
    double[] cosines = new double[2];
    double[] sines = new double[2];
    run(new int[] {0, Integer.MIN_VALUE}, cosines, sines, 2);

    assertEquals(1, cosines[0], 0);
    assertEquals(0, sines[0], 0);
    assertEquals(-1, cosines[1], RingAngle.MAX_ERROR);
    assertEquals(0, sines[1], RingAngle.MAX_ERROR);
  }

  /** A multiple changes no bit against the word that int arithmetic makes of it. */
  @Test
  void shouldMultiplyAnglesWithoutARounding() {
    int[] words = angles(5);
    int[] multiples =
        new SplittableRandom(6).ints(words.length, 1, HarmonicFunction.MAX_MULTIPLE + 1).toArray();
    int[] products = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      products[i] = words[i] * multiples[i];
    }
    double[] cosines = new double[words.length];
    double[] sines = new double[words.length];
    double[] expectedCosines = new double[words.length];
    double[] expectedSines = new double[words.length];

    double[] factors = doubles(multiples);
    RingAngle.cosinesAndSines(doubles(words), factors, cosines, sines, words.length);
    run(products, expectedCosines, expectedSines, words.length);

    for (int i = 0; i < words.length; i++) {
      // Half a turn is its own negative; there the sign of a sine near zero may differ.
      double slack = products[i] == Integer.MIN_VALUE ? RingAngle.MAX_ERROR : 0;
      assertEquals(expectedCosines[i], cosines[i], slack);
      assertEquals(expectedSines[i], sines[i], 2 * slack);
    }
  }

  private static void run(int[] angles, double[] cosines, double[] sines, int count) {
    double[] once = new double[angles.length];
    Arrays.fill(once, 1);
    RingAngle.cosinesAndSines(doubles(angles), once, cosines, sines, count);
  }

  private static double[] doubles(int[] values) {
    return Arrays.stream(values).asDoubleStream().toArray();
  }

  /** Random angles, and those around each eighth of a turn. */
  private static int[] angles(long seed) {
    int[] angles = new SplittableRandom(seed).ints(200_000).toArray();
    int at = 0;
    for (int eighth = 0; eighth < 8; eighth++) {
      for (int offset = -500; offset < 500; offset++) {
        angles[at++] = (eighth << 29) + offset;
      }
    }
    return angles;
  }
}
