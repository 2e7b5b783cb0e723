// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InputHistogramTest {
  /** A share may be spread over the neighbours by the histogram's own bins, and no further. */
  @Test
  void shouldTellHowOftenValuesOccurHoweverTheyGrow() {
    for (long seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      InputHistogram histogram = new InputHistogram(2);
      int count = 0;
      double[] reach = new double[2];
      double[] negative = new double[2];
      for (int n = 0; n < 8; n++) {
        float[] values = new float[2 * (1 + random.nextInt(100))];
        double scale = Math.scalb(1.0, random.nextInt(-20, 20));
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (scale * random.nextDouble(-1, 1));
          int channel = i / (values.length / 2);
          reach[channel] = Math.max(reach[channel], Math.abs(values[i]));
          negative[channel] += values[i] < 0 ? 1 : 0;
        }
        histogram.add(values);
        count += values.length / 2;
      }
      assertEquals(count, histogram.valuesPerChannel());
      for (int channel = 0; channel < 2; channel++) {
        assertEquals(reach[channel], histogram.largest(channel), 0, "seed " + seed);
        double[] density = histogram.density(channel, reach[channel], 64);
        double sum = 0;
        double below = 0;
        for (int i = 0; i < density.length; i++) {
          sum += density[i];
          below += i < density.length / 2 ? density[i] : 0;
        }
        assertEquals(1, sum, 1e-9, "seed " + seed);
        assertEquals(negative[channel] / count, below, 1e-9, "seed " + seed);
      }
    }
  }

  @Test
  void shouldTakeZerosAtAnyWidth() {
    InputHistogram histogram = new InputHistogram(1);
    histogram.add(new float[] {0, 0});
    assertEquals(0, histogram.largest());
    histogram.add(new float[] {1e-30f, 1e30f});
    double[] density = histogram.density(0, 1e30, 4);
    assertEquals(0.75, density[2], 1e-9);
    assertEquals(0.25, density[3], 1e-9);
    assertEquals(0, density[0] + density[1], 1e-9);
  }

  @Test
  void shouldRefuseWhatItCannotDivide() {
    InputHistogram histogram = new InputHistogram(2);
    assertThrows(IllegalArgumentException.class, () -> histogram.add(new float[3]));
    assertThrows(IllegalArgumentException.class, () -> histogram.add(new float[0]));
    assertThrows(IllegalArgumentException.class, () -> new InputHistogram(0));
    assertThrows(IllegalStateException.class, () -> histogram.density(0, 1, 4));
  }
}
