// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomBases;
import io.pascaline.protocols.activation.TrigonometricBasis;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FusedActivationTest {
  /** Published coefficients, degree 4. */
  private static final PolynomialBasis QUARTIC =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  private static final int EXTREME = (1 << 30) - 1;

  static Stream<Arguments> steps() {
    SplittableRandom random = new SplittableRandom(77);
    Stream.Builder<Arguments> steps = Stream.builder();
    for (int degree = 1; degree <= PolynomialBasis.MAX_DEGREE; degree++) {
      double[] coefficients = random.doubles(degree + 1, -1, 1).toArray();
      coefficients[degree] = 0.3;
      PolynomialBasis basis = new PolynomialBasis(coefficients);
      steps.add(Arguments.of(basis, 28, 12));
      steps.add(Arguments.of(basis, 29, 8));
      steps.add(Arguments.of(basis, 30, 20));
    }
    for (int fy = 24; fy <= 27; fy++) {
      steps.add(Arguments.of(QUARTIC, fy, 12));
    }
    steps.add(Arguments.of(QUARTIC, 26, 16));
    steps.add(Arguments.of(new PolynomialBasis(0, 0.5, 0.25), 24, 0));
    steps.add(Arguments.of(PolynomialBasis.identity(), 0, 0));
    steps.add(Arguments.of(PolynomialBasis.identity(), 12, 12));
    steps.add(Arguments.of(PolynomialBasis.identity(), 24, 12));
    steps.add(Arguments.of(PolynomialBasis.identity(), 30, 30));
    steps.add(Arguments.of(new PolynomialBasis(1.25, -3.7), 20, 12));
    double[] cosines = {-0.81, 0.125, -0.09};
    double[] sines = {0.25, 0, 0.0625};
    double[] none = new double[3];
    steps.add(Arguments.of(new TrigonometricBasis(0.7, 0.5, 16, cosines, none), 26, 12));
    steps.add(Arguments.of(new TrigonometricBasis(0.7, 0.5, 11.5, cosines, sines), 24, 12));
    steps.add(Arguments.of(new TrigonometricBasis(0, 0, 3, cosines, sines), 20, 16));
    return steps.build();
  }

  @ParameterizedTest(name = "{0} fy {1} fx {2}")
  @MethodSource("steps")
  void shouldStayWithinTheDerivedBound(ActivationBasis basis, int fy, int fx) {
    long seed = 31L * fy + fx;
    Shape shape = Shape.of(10, 10_007);
    FusedActivation activation = FusedActivation.plan(2, shape, basis, fy, fx);
    int[] y = inputs(shape.elementCount(), seed);
    TwoParties parties = TwoParties.function(activation, seed, WorkSplitter.sequential());

    // An even and an odd session: the correction goes to either party.
    int[] even = parties.run(0, shape, y);
    int[] odd = parties.run(1, shape, y);

    double slack = referenceErrorUlps(activation);
    double largest = 0;
    for (int i = 0; i < y.length; i++) {
      double expected = expectedUlps(activation, y[i]);
      largest = Math.max(largest, Math.abs(even[i] - expected));
      largest = Math.max(largest, Math.abs(odd[i] - expected));
    }
    double bound = activation.errorBoundUlps();
    assertTrue(
        largest <= bound + slack,
        "seed " + seed + ": largest error " + largest + " exceeds the bound " + bound);
    // Sanity, no tolerance: a bound far above what happens would tell nothing.
    assertTrue(
        bound <= 50 * Math.max(largest, 1), "bound " + bound + " for an error of " + largest);
  }

  static Stream<Arguments> kindsAndSeeds() {
    return RandomBases.kindsAndSeeds(4);
  }

  /** A law of every basis: what f reaches by sampling is at most what it reaches. */
  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldRefuseAFunctionThatLeavesAWord(Class<?> kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ActivationBasis basis = RandomBases.random(kind, random);
    int fy = random.nextInt(24, 28);
    double reach = 0;
    for (int y = -EXTREME; y < EXTREME - (1 << 18); y += 1 << 18) {
      reach = Math.max(reach, Math.abs(basis.value(Math.scalb((double) y, -fy))));
    }
    int fx = (int) Math.ceil(31 - Math.log(reach) / Math.log(2));
    assertTrue(fx <= FusedActivation.INPUT_BITS, "too small to be refused: " + reach);

    for (int bits = fx; bits <= FusedActivation.INPUT_BITS; bits++) {
      int refused = bits;
      assertThrows(
          IllegalArgumentException.class,
          () -> FusedActivation.plan(0, Shape.of(1), basis, fy, refused),
          () -> basis + " fy " + fy + " fx " + refused);
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kindsAndSeeds")
  void shouldStayWithinTheDerivedBoundUpToTheEndOfAWord(Class<?> kind, long seed) {
    Shape shape = Shape.of(7000);
    ActivationBasis basis = RandomBases.random(kind, new SplittableRandom(seed));
    FusedActivation activation = mostPrecise(shape, basis, 28);
    int[] y = inputs(shape.elementCount(), seed);

    int[] x = TwoParties.function(activation, seed, WorkSplitter.sequential()).run(0, shape, y);

    // The reference takes less than 2^6 operations on values below 2^31 units.
    double bound = activation.errorBoundUlps() + 0x1.0p-15;
    for (int i = 0; i < y.length; i++) {
      double error = Math.abs(x[i] - expectedUlps(activation, y[i]));
      assertTrue(error <= bound, activation + " seed " + seed + ": error " + error);
    }
  }

  /** Returns the step with as many fraction bits in its output as it accepts. */
  private static FusedActivation mostPrecise(Shape shape, ActivationBasis basis, int fy) {
    for (int fx = FusedActivation.INPUT_BITS; ; fx--) {
      try {
        return FusedActivation.plan(0, shape, basis, fy, fx);
      } catch (IllegalArgumentException tooFar) {
        assertTrue(fx > 0, tooFar.getMessage());
      }
    }
  }

  /** The rounding that is left must favour no side, or it would add up over layers. */
  @Test
  void shouldRoundWithoutBias() {
    Shape shape = Shape.of(200_000);
    FusedActivation activation = FusedActivation.plan(0, shape, PolynomialBasis.identity(), 20, 12);
    long seed = 5;
    int[] y = inputs(shape.elementCount(), seed);

    int[] x = TwoParties.function(activation, seed, WorkSplitter.sequential()).run(0, shape, y);

    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += x[i] - expectedUlps(activation, y[i]);
    }
    // One error has variance f (1 - f) <= 1/4 and mean 0; six standard deviations of the mean.
    assertEquals(0, sum / y.length, 6 * 0.5 / Math.sqrt(y.length));
  }

  @Test
  void shouldGiveTheSameWordsWithAnySplitter() {
    Shape shape = Shape.of(3, 17_001);
    FusedActivation activation = FusedActivation.plan(1, shape, QUARTIC, 26, 12);
    int[] y = inputs(shape.elementCount(), 8);

    int[] alone = TwoParties.function(activation, 8, WorkSplitter.sequential()).run(4, shape, y);
    int[] split = TwoParties.function(activation, 8, ParallelSplitter.INSTANCE).run(4, shape, y);

    assertArrayEquals(alone, split);
  }

  @ParameterizedTest(name = "degree {0}")
  @CsvSource({"1, 4", "2, 8", "3, 12", "4, 16", "8, 32"})
  void shouldCostOneWordOnlineAndTwoReadingsOfDoubleWordsOffline(int degree, int words) {
    double[] coefficients = new double[degree + 1];
    Arrays.fill(coefficients, 0.1);
    Shape shape = Shape.of(7, 3);
    FusedActivation activation =
        FusedActivation.plan(0, shape, new PolynomialBasis(coefficients), 29, 12);
    TwoParties parties = TwoParties.function(activation, 1, WorkSplitter.sequential());

    parties.run(0, shape, new int[21]);

    assertEquals(21 * words, parties.dealer.correctionWordCount());
    for (int i = 0; i < 2; i++) {
      assertEquals(21 * words, parties.parties[i].correctionWordCount());
      assertEquals(1, parties.parties[i].roundCount());
      assertEquals(21, parties.parties[i].onlineWordCount());
      assertEquals(21, parties.sent[i].words().length);
    }
  }

  /** The formula of the design for the published polynomial, by hand: T = 44, maxC = 16. */
  @Test
  void shouldBalanceTheRoundings() {
    FusedActivation activation = FusedActivation.plan(0, Shape.of(1), QUARTIC, 26, 12);

    // g_1: 0.5 + 5 + 48 = 53.5, (44 + 5.74 - 5) / 2 = 22.4; g_2: 0.156 + 4.5 = 4.66,
    // (44 + 2.22 - 10) / 2 = 18.1; g_3: 0.1875, (44 - 2.42 - 15) / 2 = 13.3; the top is folded.
    assertArrayEquals(new int[] {22, 18, 13, 44}, activation.secretFractionBits());
  }

  @Test
  void shouldDecodeWhatItEncoded() {
    Shape shape = Shape.of(2, 3);
    FusedActivation activation = FusedActivation.plan(4, shape, QUARTIC, 26, 12);
    ByteBuffer buffer = ByteBuffer.allocate(activation.encodedLengthBytes());
    activation.encode(buffer);

    assertEquals(0, buffer.remaining());
    assertEquals(activation, FusedActivation.decode(4, shape, buffer.flip()));
    for (int length = 0; length < buffer.capacity(); length++) {
      ByteBuffer cut = ByteBuffer.wrap(buffer.array(), 0, length);
      assertThrows(IllegalArgumentException.class, () -> FusedActivation.decode(4, shape, cut));
    }
  }

  @Test
  void shouldRefuseWhatCannotBeComputed() {
    Shape shape = Shape.of(2);
    assertThrows(
        IllegalArgumentException.class, () -> FusedActivation.plan(0, shape, QUARTIC, 31, 12));
    assertThrows(
        IllegalArgumentException.class, () -> FusedActivation.plan(0, shape, QUARTIC, 26, -1));
    assertThrows(
        IllegalArgumentException.class, () -> FusedActivation.plan(-1, shape, QUARTIC, 26, 12));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedActivation(0, shape, QUARTIC, 26, 12, 22, 18, 13));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedActivation(0, shape, QUARTIC, 26, 12, 22, 18, 13, 43));
    IllegalArgumentException tooFar =
        assertThrows(
            IllegalArgumentException.class, () -> FusedActivation.plan(3, shape, QUARTIC, 20, 12));
    assertTrue(tooFar.getMessage().contains("layer 3"), tooFar.getMessage());
    assertTrue(tooFar.getMessage().contains("inputFractionBits"), tooFar.getMessage());
    IllegalArgumentException notEncodable =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                FusedActivation.plan(
                    0, shape, new PolynomialBasis(0, 0, 0, 0, 0, 0, 0, 0, 1), 15, 0));
    assertTrue(notEncodable.getMessage().contains("encoded"), notEncodable.getMessage());
  }

  private static int[] inputs(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] y = random.ints(count, -EXTREME, EXTREME + 1).toArray();
    for (int i = 0; i < 3000; i++) {
      y[i] = (i % 3 - 1) * (EXTREME - i / 300);
      y[3000 + i] = random.nextInt(-3000, 3001);
    }
    return y;
  }

  private static double expectedUlps(FusedActivation activation, int y) {
    double value = activation.basis().value(y * Math.scalb(1.0, -activation.inputFractionBits()));
    return Math.scalb(value, activation.outputFractionBits());
  }

  /**
   * Returns a polynomial's value is its factor 0, whose error the basis declares. The trigonometric
   * values here stay below 2^31 units and take less than 2^5 operations, each within 2^-52 of that.
   */
  private static double referenceErrorUlps(FusedActivation activation) {
    ActivationBasis basis = activation.basis();
    return basis instanceof PolynomialBasis
        ? Math.scalb(
            basis.publicFactorError(0, Math.scalb(1.0, 30 - activation.inputFractionBits())),
            activation.outputFractionBits())
        : 0x1.0p-16;
  }
}
