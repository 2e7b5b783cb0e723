// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntegerLeastSquaresTest {
  /** More than the unit in the last place of sums of a few hundred, far less than any gap. */
  private static final double ROUNDING = 1e-9;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldBeatEveryOtherVector(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int trial = 0; trial < 30; trial++) {
      int count = random.nextInt(1, 5);
      long limit = random.nextInt(0, 5);
      double[][] gram = gram(random, count);
      double[] target = new double[count];
      for (int i = 0; i < count; i++) {
        // Optima inside the limit and far outside.
        target[i] = random.nextDouble(-8, 8) * (1 + random.nextInt(3));
      }

      long[] found = new IntegerLeastSquares(gram, target, limit).solve();

      double least = least(gram, target, limit, new long[count], 0);
      assertEquals(least, cost(gram, target, found), ROUNDING, "seed " + seed);
      for (long z : found) {
        assertTrue(Math.abs(z) <= limit, "seed " + seed);
      }
    }
  }

  @Test
  void shouldRoundWhereVariablesDoNotMix() {
    double[][] identity = {{1, 0}, {0, 1}};

    assertArrayEquals(
        new long[] {3, -1000},
        new IntegerLeastSquares(identity, new double[] {2.6, -1000.4}, Long.MAX_VALUE).solve());
  }

  private static double least(double[][] gram, double[] target, long limit, long[] z, int from) {
    if (from == z.length) {
      return cost(gram, target, z);
    }
    double least = Double.POSITIVE_INFINITY;
    for (long value = -limit; value <= limit; value++) {
      z[from] = value;
      least = Math.min(least, least(gram, target, limit, z, from + 1));
    }
    return least;
  }

  private static double cost(double[][] gram, double[] target, long[] z) {
    double cost = 0;
    for (int i = 0; i < z.length; i++) {
      for (int j = 0; j < z.length; j++) {
        cost += gram[i][j] * z[i] * z[j];
      }
      cost -= 2 * target[i] * z[i];
    }
    return cost;
  }

  /** Returns a random matrix times its transpose, kept away from singular ones. */
  private static double[][] gram(SplittableRandom random, int count) {
    double[][] root = new double[count][count];
    for (double[] row : root) {
      for (int j = 0; j < count; j++) {
        row[j] = random.nextDouble(-1, 1);
      }
    }
    double[][] gram = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        for (int k = 0; k < count; k++) {
          gram[i][j] += root[i][k] * root[j][k];
        }
      }
      gram[i][i] += 0.05;
    }
    return gram;
  }
}
