// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HarmonicFunctionTest {
  private static final double PERIOD = 64;
  private static final double[] NONE = {};

  private static HarmonicFunction random(SplittableRandom random) {
    return RandomHarmonics.random(
        random.nextInt(1, 5), random.nextInt(1, 7), random.nextBoolean(), 40, random);
  }

  /** The sum is that of its definition; angles up to 2^8 lose 2^-44 each. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldGiveEachChannelItsLineAndHarmonics(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HarmonicFunction f = random(random);
    for (int i = 0; i < 1000; i++) {
      int channel = random.nextInt(f.channelCount());
      double y = random.nextDouble(-PERIOD / 2, PERIOD / 2);
      double sum = f.constant(channel) + f.slope(channel) * y;
      for (int k = 0; k < f.harmonicCount(); k++) {
        double angle = 2 * Math.PI * f.multiple(channel, k) * y / PERIOD;
        sum += f.cosine(channel, k) * Math.cos(angle) + f.sine(channel, k) * Math.sin(angle);
      }
      assertEquals(sum, f.value(channel, y, PERIOD), 0x1p-40, "seed " + seed + " y " + y);
    }
  }

  /** Without a slope, whole periods change nothing, not even a bit. */
  @Test
  void shouldRepeatWithTheRing() {
    SplittableRandom random = new SplittableRandom(5);
    HarmonicFunction f = RandomHarmonics.random(3, 6, false, 40, random);
    for (int i = 0; i < 1000; i++) {
      double y = Math.rint(random.nextDouble(-32, 32) * 0x1p26) * 0x1p-26;
      for (int c = 0; c < 3; c++) {
        assertEquals(f.value(c, y, PERIOD), f.value(c, y + 3 * PERIOD, PERIOD), 0);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldBoundTheFunctionAndItsDerivative(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HarmonicFunction f = random(random);
    for (int i = 0; i < 2000; i++) {
      double lo = random.nextDouble(-32, 32);
      double hi = lo + random.nextDouble() * Math.scalb(1.0, random.nextInt(-12, 6));
      double a = random.nextDouble(lo, Math.nextUp(hi));
      double b = random.nextDouble(lo, Math.nextUp(hi));
      int c = random.nextInt(f.channelCount());
      String text = "seed " + seed + " [" + lo + ", " + hi + "]";
      assertTrue(Math.abs(f.value(c, a, PERIOD)) <= f.maxValue(c, 96), text);
      assertTrue(f.maxValue(c, 96) <= f.maxValue(96), text);
      // Mean value theorem; the values are rounded in the 46th bit at worst.
      double bound = f.derivativeBound(c, lo, hi, PERIOD);
      double difference = Math.abs(f.value(c, a, PERIOD) - f.value(c, b, PERIOD));
      assertTrue(difference <= bound * Math.abs(a - b) + 0x1p-42, text);
    }
  }

  /** A sawtooth's steepest point is bounded within a few per cent, also on a wide interval. */
  @Test
  void shouldBoundTheDerivativeTightly() {
    HarmonicFunction wave =
        new HarmonicFunction(
            1,
            1,
            new int[] {4},
            new double[1],
            new double[] {0.5},
            new double[1],
            new double[] {1});
    double w = 2 * Math.PI * 4 / PERIOD;

    assertEquals(0.5 + w, wave.derivativeBound(0, -8, 8, PERIOD), 0.02);
    assertEquals(0.5 + w, wave.derivativeBound(0, 0, 0, PERIOD), 1e-9);
    assertEquals(Math.abs(0.5 - w), wave.derivativeBound(0, 8, 8, PERIOD), 1e-9);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldDecodeWhatItEncoded(long seed) {
    HarmonicFunction f = random(new SplittableRandom(seed));
    byte[] encoded = encode(f, ByteOrder.LITTLE_ENDIAN);

    HarmonicFunction decoded = HarmonicFunction.decode(ByteBuffer.wrap(encoded));

    assertEquals(f, decoded);
    assertEquals(f.hashCode(), decoded.hashCode());
    assertNotEquals(f, random(new SplittableRandom(seed + 100)));
    assertArrayEquals(encoded, encode(decoded, ByteOrder.BIG_ENDIAN));
    for (int length = 0; length < encoded.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
      assertThrows(IllegalArgumentException.class, () -> HarmonicFunction.decode(cut));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldRefuseGarbageOrDecodeItCanonically(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int decodedCount = 0;
    for (int i = 0; i < 50_000; i++) {
      HarmonicFunction f = RandomHarmonics.random(2, random.nextInt(1, 3), true, 9, random);
      byte[] garbage = encode(f, ByteOrder.BIG_ENDIAN);
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        garbage[random.nextInt(garbage.length)] = (byte) random.nextInt();
      }
      ByteBuffer buffer = ByteBuffer.wrap(garbage);
      try {
        HarmonicFunction decoded = HarmonicFunction.decode(buffer);
        byte[] read = Arrays.copyOf(garbage, buffer.position());
        assertArrayEquals(read, encode(decoded, ByteOrder.BIG_ENDIAN), "seed " + seed);
        decodedCount++;
      } catch (IllegalArgumentException expected) {
        assertTrue(expected.getMessage().length() > 5);
      }
    }
    assertTrue(decodedCount > 1000, "nothing decoded: " + decodedCount);
  }

  /** The largest count that a header can state, and no bytes for it. */
  @Test
  void shouldAllocateNothingForChannelsThatAreNotInTheBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(100).putInt(HarmonicFunction.MAX_CHANNELS);
    buffer.put((byte) 31).position(0);

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> HarmonicFunction.decode(buffer));

    assertTrue(refused.getMessage().contains("truncated"));
  }

  @Test
  void shouldSayWhetherAnyChannelHasASlope() {
    double[] two = {0, 0.5};
    int[] none = {};
    assertTrue(new HarmonicFunction(2, 0, none, two, two, NONE, NONE).hasSlope());
    assertFalse(RandomHarmonics.random(2, 1, false, 3, new SplittableRandom(1)).hasSlope());
    assertThrows(
        IllegalArgumentException.class,
        () -> new HarmonicFunction(2, 0, none, two, new double[] {0, -0.0}, NONE, NONE));
  }

  @Test
  void shouldRefuseWhatIsNoFunctionOfThisKind() {
    refuse(0, 1, new int[] {1}, 1, 0);
    refuse(1, 32, new int[] {1}, 1, 0);
    refuse(1, -1, new int[] {1}, 1, 0);
    refuse(1, 1, new int[] {0}, 1, 0);
    refuse(1, 1, new int[] {HarmonicFunction.MAX_MULTIPLE + 1}, 1, 0);
    refuse(1, 1, new int[] {1, 2}, 1, 0);
    refuse(1, 1, new int[] {1}, 2, 0);
    refuse(1, 1, new int[] {1}, 1, Double.NaN);
    HarmonicFunction f = RandomHarmonics.random(1, 1, true, 3, new SplittableRandom(1));
    for (double period : new double[] {0, -2, 3, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> f.value(0, 1, period));
      assertThrows(IllegalArgumentException.class, () -> f.derivativeBound(0, 0, 1, period));
    }
    assertThrows(IllegalArgumentException.class, () -> f.derivativeBound(0, 1, 0, 4));
    assertThrows(IllegalArgumentException.class, () -> f.multiple(0, 1));
    assertThrows(IllegalArgumentException.class, () -> f.sine(1, 0));
  }

  private static void refuse(
      int channels, int harmonics, int[] multiples, int amplitudes, double first) {
    double[] values = new double[amplitudes];
    values[0] = first;
    double[] one = {1};
    assertThrows(
        IllegalArgumentException.class,
        () -> new HarmonicFunction(channels, harmonics, multiples, one, one, values, values));
  }

  private static byte[] encode(HarmonicFunction f, ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.allocate(f.encodedLengthBytes()).order(order);
    f.encode(buffer);
    assertEquals(0, buffer.remaining());
    assertEquals(order, buffer.order());
    return buffer.array();
  }
}
