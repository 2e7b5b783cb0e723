// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HarmonicActivationTest {
  private static final int EXTREME = (1 << 30) - 1;

  @ParameterizedTest(name = "{0} channels of {1}, {2} harmonics, slope {3}, fy {4}, fx {5}")
  @CsvSource({
    "1, 20011, 1, false, 26, 12",
    "1, 20011, 4, true, 26, 12",
    "1, 20011, 31, true, 27, 12",
    "16, 1000, 6, true, 26, 12",
    "16, 1000, 6, false, 28, 16",
    "3, 9001, 8, true, 24, 8",
    "7001, 1, 6, true, 26, 12",
    "2000, 3, 2, true, 29, 24",
    "5, 3000, 0, true, 20, 10",
    "5, 3000, 12, false, 0, 26",
    "5, 3000, 12, true, 30, 26",
    "4, 3000, 3, true, 12, 4",
  })
  void shouldStayWithinTheDerivedBound(
      int channels, int plane, int harmonics, boolean slope, int fy, int fx) {
    long seed = 31L * fy + fx + harmonics;
    SplittableRandom random = new SplittableRandom(seed);
    Shape shape = channels == 1 ? Shape.of(plane) : Shape.of(channels, plane);
    HarmonicFunction function = RandomHarmonics.random(channels, harmonics, slope, 50, random);
    HarmonicActivation step = HarmonicActivation.plan(2, shape, function, fy, fx);
    int[] y = inputs(shape.elementCount(), slope, random);
    TwoParties parties = TwoParties.function(step, seed, WorkSplitter.sequential());

    // An even and an odd session: the correction goes to either party.
    int[] even = parties.run(0, shape, y);
    int[] odd = parties.run(1, shape, y);

    double largest = 0;
    for (int i = 0; i < y.length; i++) {
      double expected = expectedUlps(step, i, y[i]);
      largest = Math.max(largest, Math.abs(even[i] - expected));
      largest = Math.max(largest, Math.abs(odd[i] - expected));
    }
    double bound = step.errorBoundUlps();
    // The reference is of 2^7 operations on numbers of up to 2^31 units, each within 2^-22 at most.
    assertTrue(
        largest <= bound + 0x1p-14,
        "seed " + seed + ": largest error " + largest + " exceeds the bound " + bound);
    // Sanity, no tolerance: a bound far above what happens would tell nothing.
    assertTrue(bound <= 50 * Math.max(largest, 1), "bound " + bound + ", error " + largest);
  }

  /** Multiples up to the largest, whose angles int arithmetic reduces without a rounding. */
  @Test
  void shouldBeExactForTheLargestMultiple() {
    HarmonicFunction function =
        new HarmonicFunction(
            1,
            1,
            new int[] {HarmonicFunction.MAX_MULTIPLE - 1},
            new double[1],
            new double[1],
            new double[] {0.75},
            new double[] {-0.5});
    Shape shape = Shape.of(10_000);
    HarmonicActivation step = HarmonicActivation.plan(1, shape, function, 26, 20);
    int[] y = inputs(shape.elementCount(), false, new SplittableRandom(9));

    int[] x = TwoParties.function(step, 9, WorkSplitter.sequential()).run(0, shape, y);

    for (int i = 0; i < y.length; i++) {
      double error = Math.abs(x[i] - expectedUlps(step, i, y[i]));
      assertTrue(error <= step.errorBoundUlps() + 0x1p-20, "seed 9, error " + error);
    }
  }

  /** As the definition computes it, but for doubles' roundings of numbers below 2^6. */
  @Test
  void shouldTellItsMeaningInPlaintext() {
    SplittableRandom random = new SplittableRandom(10);
    Shape shape = Shape.of(7, 1001);
    HarmonicFunction function = RandomHarmonics.random(7, 9, true, 30, random);
    HarmonicActivation step = HarmonicActivation.plan(1, shape, function, 26, 12);
    int[] y = inputs(shape.elementCount(), true, random);

    double[] values = step.valueUlps(y);

    for (int i = 0; i < y.length; i++) {
      assertEquals(expectedUlps(step, i, y[i]), values[i], 0x1p-24, "seed 10, element " + i);
    }
    refuse(() -> step.valueUlps(new int[7]));
  }

  @Test
  void shouldGiveTheSameWordsWithAnySplitter() {
    Shape shape = Shape.of(3, 17_001);
    SplittableRandom random = new SplittableRandom(8);
    HarmonicFunction function = RandomHarmonics.random(3, 5, true, 30, random);
    HarmonicActivation step = HarmonicActivation.plan(1, shape, function, 26, 12);
    int[] y = inputs(shape.elementCount(), true, random);

    int[] alone = TwoParties.function(step, 8, WorkSplitter.sequential()).run(4, shape, y);
    int[] split = TwoParties.function(step, 8, ParallelSplitter.INSTANCE).run(4, shape, y);

    assertArrayEquals(alone, split);
  }

  @ParameterizedTest(name = "{0} harmonics, slope {1}: {2} words")
  @CsvSource({"1, false, 4", "1, true, 8", "4, true, 20", "6, true, 28", "6, false, 24"})
  void shouldCostOneWordOnlineAndOneReadingPerHarmonicOffline(
      int harmonics, boolean slope, int words) {
    Shape shape = Shape.of(7, 3);
    HarmonicFunction function =
        RandomHarmonics.random(7, harmonics, slope, 9, new SplittableRandom(1));
    HarmonicActivation step = HarmonicActivation.plan(0, shape, function, 27, 12);
    TwoParties parties = TwoParties.function(step, 1, WorkSplitter.sequential());

    parties.run(0, shape, new int[21]);

    assertEquals(21 * words, parties.dealer.correctionWordCount());
    for (int i = 0; i < 2; i++) {
      assertEquals(21 * words, parties.parties[i].correctionWordCount());
      assertEquals(1, parties.parties[i].roundCount());
      assertEquals(21, parties.parties[i].onlineWordCount());
      assertEquals(21, parties.sent[i].words().length);
    }
  }

  /** By hand: T = 44, so 22 for an amplitude of 1; one of 2^6 takes three bits more. */
  @Test
  void shouldBalanceTheRoundings() {
    HarmonicFunction function =
        new HarmonicFunction(
            2,
            2,
            new int[] {1, 2, 3, 4},
            new double[2],
            new double[2],
            new double[] {1, 0, 0.5, -64},
            new double[4]);
    assertArrayEquals(new int[] {22, 25}, HarmonicScales.balanced(function, 12));
  }

  @Test
  void shouldDecodeWhatItEncoded() {
    Shape shape = Shape.of(2, 3);
    HarmonicFunction function = RandomHarmonics.random(2, 3, true, 9, new SplittableRandom(1));
    HarmonicActivation step = HarmonicActivation.plan(4, shape, function, 26, 12);
    ByteBuffer buffer = ByteBuffer.allocate(step.encodedLengthBytes());
    step.encode(buffer);

    assertEquals(0, buffer.remaining());
    assertEquals(step, HarmonicActivation.decode(4, shape, buffer.flip()));
    assertEquals(step.hashCode(), HarmonicActivation.plan(4, shape, function, 26, 12).hashCode());
    for (int length = 0; length < buffer.capacity(); length++) {
      ByteBuffer cut = ByteBuffer.wrap(buffer.array(), 0, length);
      assertThrows(IllegalArgumentException.class, () -> HarmonicActivation.decode(4, shape, cut));
    }
  }

  @Test
  void shouldRefuseWhatCannotBeComputed() {
    Shape shape = Shape.of(2, 5);
    HarmonicFunction f = RandomHarmonics.random(2, 2, true, 9, new SplittableRandom(1));
    refuse(() -> HarmonicActivation.plan(0, shape, f, 31, 12));
    refuse(() -> HarmonicActivation.plan(0, shape, f, 26, -1));
    refuse(() -> HarmonicActivation.plan(-1, shape, f, 26, 12));
    refuse(() -> HarmonicActivation.plan(0, Shape.of(5, 2), f, 26, 12));
    refuse(() -> HarmonicActivation.plan(0, Shape.of(), f, 26, 12));
    refuse(() -> new HarmonicActivation(0, shape, f, 26, 12, 22));
    refuse(() -> new HarmonicActivation(0, shape, f, 26, 12, 22, 45));
    refuse(() -> new HarmonicActivation(0, shape, f, 26, 12, -1, 22));
    String tooFar = refuse(() -> HarmonicActivation.plan(3, shape, f, 10, 16));
    assertTrue(tooFar.contains("layer 3") && tooFar.contains("inputFractionBits"), tooFar);
    HarmonicFunction steep =
        new HarmonicFunction(
            1, 0, new int[0], new double[1], new double[] {0x1p32}, new double[0], new double[0]);
    String notEncodable = refuse(() -> HarmonicActivation.plan(0, shape, steep, 0, 0));
    assertTrue(notEncodable.contains("encoded"), notEncodable);
  }

  private static String refuse(Runnable attempt) {
    return assertThrows(IllegalArgumentException.class, attempt::run).getMessage();
  }

  /** Within the bound, or of the whole ring where there is no slope. */
  private static int[] inputs(int count, boolean slope, SplittableRandom random) {
    int[] y = random.ints(count).toArray();
    for (int i = 0; i < 3000; i++) {
      y[i] = (i % 3 - 1) * ((slope ? EXTREME : Integer.MAX_VALUE) - i / 300);
      y[3000 + i] = random.nextInt(-3000, 3001);
    }
    if (slope) {
      for (int i = 0; i < count; i++) {
        y[i] = y[i] > EXTREME || y[i] < -EXTREME ? y[i] / 2 : y[i];
      }
    }
    return y;
  }

  private static double expectedUlps(HarmonicActivation step, int i, int y) {
    double real = Math.scalb((double) y, -step.inputFractionBits());
    double value = step.function().value(step.channelOf(i), real, step.period());
    return Math.scalb(value, step.outputFractionBits());
  }
}
