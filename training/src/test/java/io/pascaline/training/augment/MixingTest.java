// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixingTest {
  private static final int DRAWS = 20_000;

  @ParameterizedTest(name = "alpha {0}")
  @ValueSource(doubles = {0.001, 0.2, 0.5, 1})
  void shouldDrawFromTheBetaDistribution(double alpha) {
    SplittableRandom random = new SplittableRandom(11);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double draw = Mixing.beta(alpha, random);
      assertTrue(draw >= 0 && draw <= 1, "draw " + draw);
      sum += draw;
      squares += (draw - 0.5) * (draw - 0.5);
    }
    double variance = 1 / (4 * (2 * alpha + 1));
    // Five standard deviations of the means; (x - 1/2)^2 is between 0 and 1/4.
    assertEquals(0.5, sum / DRAWS, 5 * Math.sqrt(variance / DRAWS));
    assertEquals(variance, squares / DRAWS, 5 * 0.125 / Math.sqrt(DRAWS));
  }
}
