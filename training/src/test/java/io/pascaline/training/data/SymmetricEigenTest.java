// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
  @ParameterizedTest(name = "{0} rows")
  @ValueSource(ints = {1, 2, 3, 12, 27})
  void shouldTakeMatricesApart(int size) {
    long seed = 700 + size;
    double[][] matrix = symmetric(size, seed);

    SymmetricEigen eigen = SymmetricEigen.of(matrix);

    for (int i = 0; i < size; i++) {
      double[] vector = eigen.vectors()[i];
      if (i > 0) {
        assertTrue(eigen.values()[i] <= eigen.values()[i - 1], "order, seed " + seed);
      }
      for (int row = 0; row < size; row++) {
        double product = 0;
        double overlap = 0;
        for (int k = 0; k < size; k++) {
          product += matrix[row][k] * vector[k];
          overlap += eigen.vectors()[row][k] * vector[k];
        }
        // Entries are below 1, so a dozen sweeps of rounding stay below 1e-12 a row.
        assertEquals(eigen.values()[i] * vector[row], product, 1e-12 * size, "seed " + seed);
        assertEquals(row == i ? 1 : 0, overlap, 1e-12 * size, "seed " + seed);
      }
    }
  }

  private static double[][] symmetric(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] matrix = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i][j] = random.nextDouble(-1, 1);
        matrix[j][i] = matrix[i][j];
      }
    }
    return matrix;
  }
}
