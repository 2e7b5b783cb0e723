// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.cli.output.CommandFault;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PixelScaleTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldScaleEachChannelByItsOwnNumbers(long seed) {
    byte[] samples = new byte[3 * 10];
    new SplittableRandom(seed).nextBytes(samples);
    float[] means = {0.25f, 0.5f, 0.75f};
    float[] deviations = {0.5f, 2f, 0.125f};

    float[] values = PixelScale.of(3, "0.25, 0.5,0.75", "0.5,2,0.125").apply(samples);

    for (int i = 0; i < values.length; i++) {
      int channel = i / 10;
      assertEquals(
          ((samples[i] & 0xff) / 255f - means[channel]) / deviations[channel], values[i], 0f);
    }
  }

  @Test
  void shouldUseOneNumberForAllChannels() {
    byte[] samples = {0, (byte) 255, 0, (byte) 255, 0, (byte) 255};

    assertArrayEquals(
        new float[] {-1, 1, -1, 1, -1, 1}, PixelScale.of(3, "0.5", "0.5").apply(samples));
  }

  @ParameterizedTest(name = "mean {0}, deviation {1}")
  @CsvSource(
      delimiter = '|',
      value = {"0.5,0.5|1", "x|1", "0|0", "0|-1", "0|NaN", "NaN|1", "Infinity|1", "|1", "1,,2|1"})
  void shouldNameTheOptionThatIsWrong(String mean, String deviation) {
    CommandFault fault =
        assertThrows(
            CommandFault.class, () -> PixelScale.of(3, mean == null ? "" : mean, deviation));

    assertTrue(fault.line().startsWith("--mean") || fault.line().startsWith("--std"), fault.line());
  }
}
