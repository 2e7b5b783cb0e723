// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.images.set.ByteImages;
import io.pascaline.images.set.ImageSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelNormalisationTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldGiveEachChannelMeanZeroAndVarianceOne(long seed) {
    ImageSet images = noise(seed, 40, 100, 250);
    ChannelNormalisation normalisation = ChannelNormalisation.of(images);
    float[] values = new float[images.sampleCount()];
    byte[] samples = new byte[images.sampleCount()];
    int plane = images.height() * images.width();
    double[] sums = new double[3];
    double[] squares = new double[3];
    for (int i = 0; i < images.count(); i++) {
      images.pixels(i, samples);
      normalisation.apply(samples, values, 0);
      for (int k = 0; k < values.length; k++) {
        sums[k / plane] += values[k];
        squares[k / plane] += (double) values[k] * values[k];
      }
    }
    for (int channel = 0; channel < 3; channel++) {
      double count = (double) images.count() * plane;
      double deviation = normalisation.deviations()[channel];
      // Mean and deviation are rounded to four decimals, which moves each by at most 5e-5.
      assertEquals(0, sums[channel] / count, 5.1e-5 / deviation, "seed " + seed);
      double variance = squares[channel] / count;
      assertEquals(1, variance, 1.1e-4 / deviation + 1e-6, "seed " + seed);
    }
  }

  @Test
  void shouldOnlyShiftAChannelThatNeverChanges() {
    byte[][] images = {{51, 51}, {51, 51}};
    ChannelNormalisation normalisation =
        ChannelNormalisation.of(ByteImages.owning(1, 1, 2, images, new int[2], 1, List.of()));

    assertArrayEquals(new float[] {0.2f}, normalisation.means());
    assertArrayEquals(new float[] {1}, normalisation.deviations());
  }

  @Test
  void shouldWriteListsThatTheCommandLineReads() {
    ChannelNormalisation normalisation =
        new ChannelNormalisation(new float[] {0.5f, 0.25f}, new float[] {2, 1});

    assertEquals("0.5,0.25", normalisation.meanList());
    assertEquals("2.0,1.0", normalisation.deviationList());
  }

  @Test
  void shouldRefuseADeviationOfZero() {
    assertThrows(
        IllegalArgumentException.class, () -> new ChannelNormalisation(new float[1], new float[1]));
  }

  private static ImageSet noise(long seed, int... levels) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] images = new byte[50][3 * 4 * 5];
    for (byte[] image : images) {
      for (int k = 0; k < image.length; k++) {
        image[k] = (byte) random.nextInt(levels[k / 20]);
      }
    }
    return ByteImages.owning(3, 4, 5, images, new int[50], 2, List.of("a", "b"));
  }
}
