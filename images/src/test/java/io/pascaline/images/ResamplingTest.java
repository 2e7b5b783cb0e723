// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplingTest {
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  private static final int[] SMALLER = {
    126, 138, 126, 133, 119, 130, 112, 128, 145, 142, 134, 154, 136, 110, 142, 129, 130, 138, 127,
    139, 150, 118, 111, 118, 119, 123, 130, 140, 124, 133, 135, 89, 111, 148, 143
  };

  private static final int[] WIDER = {
    93, 125, 129, 123, 172, 134, 134, 148, 137, 117, 129, 141, 130, 95, 99, 131, 179, 228, 101, 69,
    114, 152, 143, 139, 128, 100, 112, 119, 111, 92, 115, 137, 131, 117, 167, 149, 143, 142, 131,
    144, 143, 140, 143, 141, 124, 122, 145, 195, 136, 135, 163, 135, 144, 141, 135, 135, 115, 130,
    129, 100, 144, 127, 133, 140, 87, 102, 118, 125, 119, 128, 115, 110, 125, 122, 159, 150, 87, 33,
    130, 147, 119, 153, 138, 120, 123, 160, 153, 140, 143, 166, 160, 136, 120, 110, 81, 138, 144,
    123, 118, 149, 137, 123, 130, 136, 114, 85, 56, 28, 105, 152, 156, 127, 141, 142, 142, 147, 130,
    141, 149, 144
  };

  private static byte[] pattern() {
    byte[] samples = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < samples.length; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      samples[i] = (byte) (x * 37 + y * 91 + x * y * 13);
    }
    return samples;
  }

  /** Pillow 12.3: Image.fromarray(pattern).resize(size, Image.Resampling.BILINEAR). */
  @Test
  void shouldGiveThePixelsOfPillow() {
    assertPixels(7, 5, SMALLER);
    assertPixels(30, 4, WIDER);
  }

  private static void assertPixels(int width, int height, int[] expected) {
    byte[] scaled = Resampling.bilinear(pattern(), WIDTH, HEIGHT, width, height);
    byte[] bytes = new byte[expected.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) expected[i];
    }
    assertArrayEquals(bytes, scaled);
  }

  @ParameterizedTest(name = "{0} x {1}")
  @CsvSource({"1, 1", "5, 40", "46, 34", "22, 18", "3, 17"})
  void shouldKeepEvenPlanesEven(int width, int height) {
    byte[] even = new byte[WIDTH * HEIGHT];
    Arrays.fill(even, (byte) 200);

    byte[] scaled = Resampling.bilinear(even, WIDTH, HEIGHT, width, height);

    assertEquals(width * height, scaled.length);
    for (byte sample : scaled) {
      assertEquals(200, sample & 0xff);
    }
  }

  /** Each output pixel averages all that it covers, so noise shrinks and no line is lost. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldAverageWhatItLeavesOut(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int side = 448;
    byte[] noise = new byte[side * side];
    double mean = 0;
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) random.nextInt(256);
      mean += (noise[i] & 0xff) / (double) noise.length;
    }

    byte[] scaled = Resampling.bilinear(noise, side, side, 28, 28);

    // Of weights w in each direction: a triangle over 32 pixels has sum w^2 = 2/3 / 16, squared for
    // both directions; at a border, where half the triangle is missing, at most double for each.
    double deviation = 255 / Math.sqrt(12) * (2.0 / 3 / 16) * 2;
    for (byte sample : scaled) {
      assertEquals(mean, sample & 0xff, 6 * deviation + 1);
    }
  }
}
