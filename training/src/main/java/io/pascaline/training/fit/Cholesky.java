// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

/** The factors {@code G = U^T D U} of a small positive definite matrix, U unit upper triangular. */
record Cholesky(double[][] upper, double[] diagonal) {
  /**
   * Factors a matrix.
   *
   * @throws IllegalArgumentException if it is not positive definite as far as doubles tell
   */
  static Cholesky of(double[][] matrix) {
    int count = matrix.length;
    double[][] upper = new double[count][count];
    double[] diagonal = new double[count];
    for (int i = 0; i < count; i++) {
      for (int j = i; j < count; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < i; k++) {
          sum -= upper[k][i] * diagonal[k] * upper[k][j];
        }
        if (j == i) {
          if (!(sum > 0)) {
            throw new IllegalArgumentException("the matrix is not positive definite");
          }
          diagonal[i] = sum;
          upper[i][i] = 1;
        } else {
          upper[i][j] = sum / diagonal[i];
        }
      }
    }
    return new Cholesky(upper, diagonal);
  }

  /** Solves {@code G x = right}. */
  double[] solve(double[] right) {
    int count = diagonal.length;
    double[] x = right.clone();
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= upper[k][i] * x[k];
      }
    }
    for (int i = count - 1; i >= 0; i--) {
      x[i] /= diagonal[i];
      for (int j = i + 1; j < count; j++) {
        x[i] -= upper[i][j] * x[j];
      }
    }
    return x;
  }
}
