// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws that hold for every basis. */
class ActivationBasisTest {
  private static final int SAMPLES = 2000;

  static Stream<Arguments> kindsAndSeeds() {
    return RandomBases.kindsAndSeeds(8);
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldSplitTheFunctionIntoFactorsAndTerms(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    double maxC = 1 << random.nextInt(5);
    double maxR = 2 * maxC;
    // Rounding of each side is within the declared errors; sums and products add a few roundings.
    double slack = 2 * basis.publicFactorError(0, maxC) + valueError(basis, 3 * maxC);
    double magnitude = basis.maxPublicFactor(0, maxC);
    for (int j = 1; j <= basis.termCount(); j++) {
      double g = basis.maxPublicFactor(j, maxC);
      double h = basis.maxSecretTerm(j, maxR);
      slack += basis.publicFactorError(j, maxC) * h + basis.secretTermError(j, maxR) * g;
      magnitude += g * h;
    }
    slack += RoundingError.gamma(2 * basis.termCount() + 4) * magnitude;

    for (int i = 0; i < SAMPLES; i++) {
      double c = Math.rint(random.nextDouble(-maxC, maxC) * 0x1.0p24) * 0x1.0p-24;
      double r = Math.rint(random.nextDouble(-maxR, maxR) * 0x1.0p24) * 0x1.0p-24;
      double sum = basis.publicFactor(0, c);
      for (int j = 1; j <= basis.termCount(); j++) {
        sum += basis.publicFactor(j, c) * basis.secretTerm(j, r);
      }
      double expected = basis.value(c - r);
      assertEquals(expected, sum, slack, () -> basis + " seed " + seed + " c " + c + " r " + r);
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldBoundFactorsAndTerms(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    double max = 1 << random.nextInt(6);
    for (int i = 0; i < SAMPLES; i++) {
      double x = i == 0 ? max : i == 1 ? -max : random.nextDouble(-max, max);
      for (int j = 0; j <= basis.termCount(); j++) {
        assertTrue(Math.abs(basis.publicFactor(j, x)) <= basis.maxPublicFactor(j, max));
        if (j > 0) {
          assertTrue(Math.abs(basis.secretTerm(j, x)) <= basis.maxSecretTerm(j, max));
          assertTrue(!basis.unitFactor(j) || basis.publicFactor(j, x) == 1);
        }
      }
    }
  }

  /** Also where the public factor 0 is a part of the function only. */
  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldBoundTheFunction(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    double max = Math.scalb(1.0, random.nextInt(-4, 6));
    double bound = basis.maxValue(max);
    for (int i = 0; i < SAMPLES; i++) {
      double y = i == 0 ? max : i == 1 ? -max : random.nextDouble(-max, max);
      assertTrue(Math.abs(basis.value(y)) <= bound, () -> basis + " at " + y + ", bound " + bound);
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldGiveTheSameBitsForArrays(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    double[] x = random.doubles(777, -40, 40).toArray();
    double[] out = new double[x.length + 1];
    double[] expected = new double[x.length + 1];
    for (int j = 0; j <= basis.termCount(); j++) {
      Arrays.fill(out, 5);
      Arrays.fill(expected, 5);
      basis.publicFactors(j, x, out, x.length);
      for (int i = 0; i < x.length; i++) {
        expected[i] = basis.publicFactor(j, x[i]);
      }
      assertArrayEquals(expected, out, "factor " + j + " of " + basis);
      if (j > 0) {
        basis.secretTerms(j, x, out, x.length);
        for (int i = 0; i < x.length; i++) {
          expected[i] = basis.secretTerm(j, x[i]);
        }
        assertArrayEquals(expected, out, "term " + j + " of " + basis);
      }
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldBoundTheDerivative(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    for (int i = 0; i < SAMPLES; i++) {
      double lo = random.nextDouble(-8, 8);
      double hi = lo + random.nextDouble() * (1 << random.nextInt(4));
      double bound = basis.derivativeBound(lo, hi);
      double a = random.nextDouble(lo, Math.nextUp(hi));
      double b = random.nextDouble(lo, Math.nextUp(hi));
      double slack = 2 * valueError(basis, 16);
      // Mean value theorem.
      assertTrue(
          Math.abs(basis.value(a) - basis.value(b)) <= bound * Math.abs(a - b) + slack,
          () -> basis + " on [" + lo + ", " + hi + "] bound " + bound);
    }
  }

  @Test
  void shouldBoundTheDerivativeTightlyOnShortIntervals() {
    ActivationBasis square = new PolynomialBasis(0, 0, 1);

    assertEquals(6, square.derivativeBound(3, 3), 1e-9);
    assertEquals(8, square.derivativeBound(-4, 2), 1e-9);
    assertThrows(IllegalArgumentException.class, () -> square.derivativeBound(1, 0));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldDecodeWhatItEncoded(Class<?> kind, long seed) {
    ActivationBasis basis = RandomBases.random(kind, new SplittableRandom(seed));
    byte[] encoded = encode(basis, ByteOrder.LITTLE_ENDIAN);

    ActivationBasis decoded = ActivationBasis.decode(ByteBuffer.wrap(encoded));

    assertEquals(basis, decoded);
    assertEquals(basis.hashCode(), decoded.hashCode());
    assertArrayEquals(encoded, encode(decoded, ByteOrder.BIG_ENDIAN));
    for (int length = 0; length < encoded.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
      assertThrows(IllegalArgumentException.class, () -> ActivationBasis.decode(cut));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldRefuseGarbageOrDecodeItCanonically(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] garbage = new byte[random.nextInt(60)];
      for (int k = 0; k < garbage.length; k++) {
        garbage[k] = (byte) (k < 2 ? random.nextInt(-1, 5) : random.nextInt());
      }
      ByteBuffer buffer = ByteBuffer.wrap(garbage);
      try {
        ActivationBasis basis = ActivationBasis.decode(buffer);
        byte[] read = Arrays.copyOf(garbage, buffer.position());
        assertArrayEquals(read, encode(basis, ByteOrder.BIG_ENDIAN));
      } catch (IllegalArgumentException expected) {
        assertTrue(expected.getMessage().length() > 5);
      }
    }
  }

  private static byte[] encode(ActivationBasis basis, ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.allocate(basis.encodedLengthBytes()).order(order);
    basis.encode(buffer);
    assertEquals(0, buffer.remaining());
    assertEquals(order, buffer.order());
    return buffer.array();
  }

  /** Bounds the rounding of value(y) by that of as many operations on its largest summands. */
  private static double valueError(ActivationBasis basis, double maxY) {
    if (basis instanceof PolynomialBasis) {
      return basis.publicFactorError(0, maxY);
    }
    double error = basis.publicFactorError(0, maxY);
    double magnitude = basis.maxPublicFactor(0, maxY);
    for (int j = 1; j <= basis.termCount(); j++) {
      error += basis.publicFactorError(j, maxY);
      magnitude += basis.maxPublicFactor(j, maxY);
    }
    return error + RoundingError.gamma(2 * basis.termCount() + 2) * magnitude;
  }
}
