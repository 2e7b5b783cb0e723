// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Share;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values so large that shares wrap often enough to be counted: the count agrees with the
 * probability that the step states.
 */
class WrapRateTest {
  private static final int COUNT = 1 << 16;
  private static final Shape SHAPE = Shape.of(COUNT);

  /** One truncation of a uniform share: the stated probability is exact but for 2^-64. */
  @Test
  void shouldWrapAsOftenAsStatedInALinearStep() {
    Convolution2d map = new Convolution2d(1, 256, 256, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    for (int sign = -1; sign <= 1; sign += 2) {
      long weight = 1L << 26;
      long value = sign * (1L << 29);
      ClassicLinear linear = new ClassicLinear(2, map, 16, 0x1p55);
      ProtocolCase subject =
          new ClassicLinearCase(linear, new long[] {weight}, new long[1], Math.abs(value));
      double probability = linear.failureProbabilityPerElement();

      // 2^55 / 2^64 = 1/512: 128 of 65536.
      long wraps = wraps(subject, value, 4);

      check("linear, sign " + sign, wraps, probability, probability);
    }
  }

  static Stream<Arguments> polynomials() {
    // The coefficient's last bits are such that a wrapped square stays wrong in the product.
    PolynomialBasis square = new PolynomialBasis(0, 0.5, 0.15625);
    PolynomialBasis quartic = new PolynomialBasis(0, 0.5, 0, 0, 0.15625);
    return Stream.of(
        // x = 2^11 with 16 bits: its square has 2^54, which is 64 of 65536.
        Arguments.of(new HoneyBadger(2, SHAPE, square, 16, 2048), 0x1p54),
        Arguments.of(new Espn(2, SHAPE, square, 16, 2048), 0x1p54),
        Arguments.of(new PolynomialTree(2, SHAPE, square, 16, 2048), 0x1p54),
        // x = 40 truncated to 8 bits: 10240^4 = 1.1e16, about 2^53.3, which is 39 of 65536.
        Arguments.of(new HoneyBadger(2, SHAPE, quartic, 16, 40), 1e16),
        Arguments.of(new Espn(2, SHAPE, quartic, 16, 40), 1e16),
        // 1600 with 16 bits, squared: 2^53.3 again.
        Arguments.of(new PolynomialTree(2, SHAPE, quartic, 16, 40), 1e16));
  }

  /**
   * At least as often as the largest power does, of which the share is uniform, and at most as
   * often as stated for all truncations together.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("polynomials")
  void shouldWrapAsOftenAsStatedInAPolynomial(ClassicPolynomial step, double largestPower) {
    long value = (long) Math.scalb(step.inputBound(), step.fractionBits());
    // Costs do not matter here.
    ProtocolCase subject = new ActivationCase(step, value, new int[0], 0);

    long wraps = wraps(subject, value, 9) + wraps(subject, -value, 10);

    double most = step.failureProbabilityPerElement();
    assertTrue(most < 1, "a statement that says nothing: " + most);
    long low = BinomialBounds.lower(2L * COUNT, largestPower / 0x1p64);
    long high = BinomialBounds.upper(2L * COUNT, most);
    assertTrue(low > 0, "too few wraps to count");
    assertTrue(wraps >= low && wraps <= high, low + " <= " + wraps + " <= " + high);
  }

  private static void check(String name, long wraps, double least, double most) {
    long low = BinomialBounds.lower(COUNT, least);
    long high = BinomialBounds.upper(COUNT, most);
    assertTrue(low > 0, "too few wraps to count");
    assertTrue(wraps >= low && wraps <= high, name + ": " + low + " <= " + wraps + " <= " + high);
  }

  /** Counts results farther off than the bound; a wrap is off by 2^40 and more. */
  private static long wraps(ProtocolCase subject, long value, long seed) {
    long[] input = new long[COUNT];
    Arrays.fill(input, value);
    Share[] shares = subject.share(input, new SplittableRandom(seed + 1000));
    long[] output = subject.pair(seed).run(seed, shares).output();
    double[] expected = subject.expectedUlps(input);
    long wraps = 0;
    for (int i = 0; i < COUNT; i++) {
      if (Math.abs(output[i] - expected[i]) > subject.errorBoundUlps() * (1 + 0x1p-40)) {
        wraps++;
      }
    }
    return wraps;
  }
}
