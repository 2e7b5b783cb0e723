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
    124, 141, 121, 135, 118, 130, 110, 126, 148, 141, 134, 162, 134, 104, 145, 131, 134, 138, 126,
    142, 154, 117, 106, 118, 117, 120, 129, 142, 126, 132, 140, 81, 108, 152, 143
  };

  private static final int[] WIDER = {
    85, 123, 128, 118, 175, 132, 130, 151, 142, 109, 126, 145, 128, 89, 89, 126, 185, 242, 89, 47,
    114, 154, 141, 139, 129, 97, 110, 119, 108, 88, 117, 145, 133, 113, 177, 151, 144, 146, 126,
    151, 148, 142, 150, 145, 121, 116, 146, 209, 131, 132, 176, 137, 146, 144, 138, 135, 111, 135,
    134, 99, 145, 124, 135, 147, 77, 96, 116, 122, 119, 130, 111, 103, 124, 118, 174, 167, 81, 13,
    143, 159, 106, 153, 137, 111, 116, 161, 157, 137, 142, 171, 162, 135, 117, 107, 78, 147, 152,
    120, 119, 151, 137, 120, 129, 139, 112, 80, 53, 22, 106, 162, 161, 124, 142, 145, 144, 151, 128,
    139, 149, 142
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

  /** Pillow 12.3: Image.fromarray(pattern).resize(size). */
  @Test
  void shouldGiveThePixelsOfPillow() {
    assertPixels(7, 5, SMALLER);
    assertPixels(30, 4, WIDER);
  }

  private static void assertPixels(int width, int height, int[] expected) {
    byte[] scaled = Resampling.bicubic(pattern(), WIDTH, HEIGHT, width, height);
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

    byte[] scaled = Resampling.bicubic(even, WIDTH, HEIGHT, width, height);

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

    byte[] scaled = Resampling.bicubic(noise, side, side, 28, 28);

    // The squares of a cubic's weights sum up to 0.83 of its width in output pixels, so here to
    // 0.83 / 16 in each direction; at a border, where half is missing, to at most double that.
    double deviation = 255 / Math.sqrt(12) * (0.83 / 16) * 2;
    for (byte sample : scaled) {
      assertEquals(mean, sample & 0xff, 6 * deviation + 1);
    }
  }
}
