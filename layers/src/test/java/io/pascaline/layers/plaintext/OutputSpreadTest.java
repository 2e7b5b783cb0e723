// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputSpreadTest {
  private static final double ROUNDING = 1e-6;

  /** Of alternating values, the first element varies by 100 and the second by 0.5 around 7. */
  private static List<float[]> outputs(int count) {
    List<float[]> outputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float sign = i % 2 == 0 ? 1 : -1;
      outputs.add(new float[] {100 * sign, 7 + 0.5f * sign});
    }
    return outputs;
  }

  private static double error(List<float[]> outputs, float first, float second) {
    OutputSpread spread = OutputSpread.of(outputs);
    double squares = 0;
    for (float[] output : outputs) {
      squares += spread.squaredError(output, new float[] {output[0] + first, output[1] + second});
    }
    return spread.rootMean(squares, outputs.size());
  }

  @Test
  void shouldMeasureAnOutputThatVariesLittleOnItsOwn() {
    assertEquals(Math.sqrt((0.01 * 0.01 + 0.2 * 0.2) / 2), error(outputs(8), 1, 0.1f), ROUNDING);
  }

  @Test
  void shouldMeasureAllOutputsTogetherWhereFewInputsAreKnown() {
    assertTrue(error(outputs(7), 1, 0.1f) < 0.02);
  }

  @Test
  void shouldTakeTheSizeOfWhatDoesNotVaryAndTheOthersForWhatIsZero() {
    List<float[]> outputs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      outputs.add(new float[] {4, 0});
    }

    assertEquals(0.25 / Math.sqrt(2), error(outputs, 1, 0), ROUNDING);
    // All elements together have a variance of 4.
    assertEquals(1 / Math.sqrt(4) / Math.sqrt(2), error(outputs, 0, 1), ROUNDING);
  }
}
