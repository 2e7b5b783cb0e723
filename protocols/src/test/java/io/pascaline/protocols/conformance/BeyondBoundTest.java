// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Share;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What functions of the fused suite give for inputs that their layer's bound excludes: with 2^30
 * &lt;= |Y| &lt; 2^31, a share (|Y| - 2^30) / 2^31 of the masks selects the wrong representative.
 */
class BeyondBoundTest {
  private static final int COUNT = 1 << 16;
  private static final int FY = 26;
  private static final int FX = 10;
  private static final double SLOPE = 0.5;

  /** The bound of |y| is 16; f stays within a word up to |y| = 48. */
  private static final FusedActivation POLYNOMIAL =
      FusedActivation.plan(1, Shape.of(COUNT), new PolynomialBasis(0.3, 0.5, 0.15), FY, FX);

  /** The bound of |y| is 16. */
  private static final HarmonicActivation HARMONICS =
      HarmonicActivation.plan(
          1,
          Shape.of(COUNT),
          new HarmonicFunction(
              1,
              2,
              new int[] {3, 10},
              new double[] {0.3},
              new double[] {SLOPE},
              new double[] {1.5, -0.7},
              new double[] {0.2, 0.9}),
          FY,
          FX);

  @ParameterizedTest(name = "y = {0} and -{0}, seed {1}")
  @CsvSource({"15.999999, 1", "16, 2", "16.5, 3", "17, 4", "20, 5", "24, 6", "31.9, 7"})
  void shouldSelectTheWrongRepresentativeForTheStatedShareOfMasks(double magnitude, long seed) {
    ProtocolCase subject = new FusedCase(POLYNOMIAL);
    for (int sign = -1; sign <= 1; sign += 2) {
      long y = word(sign, magnitude);
      // The wrong representative moves the input by 2^32.
      double wrong = subject.expectedUlps(new long[] {y - sign * (1L << 32)})[0];
      check(subject, y, wrong, seed);
    }
  }

  /** The harmonics are right under every mask. */
  @ParameterizedTest(name = "y = {0} and -{0}, seed {1}")
  @CsvSource({"15.999999, 1", "16, 2", "16.5, 3", "17, 4", "20, 5", "24, 6", "31.9, 7"})
  void shouldMoveTheLineAloneForTheStatedShareOfMasks(double magnitude, long seed) {
    ProtocolCase subject = new HarmonicCase(HARMONICS);
    for (int sign = -1; sign <= 1; sign += 2) {
      long y = word(sign, magnitude);
      // The wrong representative moves the line by the slope times 2^32 units.
      double right = subject.expectedUlps(new long[] {y})[0];
      check(subject, y, right - sign * Math.scalb(SLOPE, 32 - FY + FX), seed);
    }
  }

  private static long word(int sign, double magnitude) {
    return sign * (long) Math.rint(Math.scalb(magnitude, FY));
  }

  private static void check(ProtocolCase subject, long y, double wrong, long seed) {
    long[] input = new long[COUNT];
    Arrays.fill(input, y);
    Share[] shares = subject.share(input, new SplittableRandom(seed + 1000));

    // Session 0 or 1: the correction goes to either party.
    long[] output = subject.pair(seed).run(y < 0 ? 0 : 1, shares).output();

    // Every element is one of two values, each within the bound that the step states.
    double right = subject.expectedUlps(input)[0];
    double bound = subject.errorBoundUlps() + 0x1p-20;
    long wrongs = 0;
    for (long word : output) {
      if (Math.abs(word - right) > bound) {
        assertEquals(wrong, word, bound, "seed " + seed + ", Y = " + y);
        wrongs++;
      }
    }
    double probability = Math.max(0, Math.abs(y) - 0x1p30) / 0x1p31;
    long low = BinomialBounds.lower(COUNT, probability);
    long high = BinomialBounds.upper(COUNT, probability);
    assertTrue(
        wrongs >= low && wrongs <= high,
        "seed " + seed + ", Y = " + y + ": " + low + " <= " + wrongs + " <= " + high);
  }
}
