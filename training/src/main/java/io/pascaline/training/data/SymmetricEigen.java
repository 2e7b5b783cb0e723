// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import java.util.Arrays;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, largest eigenvalue first, by cyclic
 * Jacobi rotations: G. H. Golub and C. F. Van Loan, "Matrix Computations", section 8.5.
 *
 * @param values eigenvalues
 * @param vectors unit eigenvectors, one in each row
 */
record SymmetricEigen(double[] values, double[][] vectors) {
  private static final int MAX_SWEEPS = 60;

  /** Off the diagonal, what is left relative to the whole. */
  private static final double TOLERANCE = 1e-26;

  /** Takes a matrix apart, which stays as it is. */
  static SymmetricEigen of(double[][] matrix) {
    int count = matrix.length;
    double[][] a = new double[count][];
    double[][] vectors = new double[count][count];
    double whole = 0;
    for (int i = 0; i < count; i++) {
      a[i] = matrix[i].clone();
      vectors[i][i] = 1;
      for (double value : a[i]) {
        whole += value * value;
      }
    }
    for (int sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a) > TOLERANCE * whole; sweep++) {
      for (int p = 0; p < count; p++) {
        for (int q = p + 1; q < count; q++) {
          if (a[p][q] != 0) {
            rotate(a, vectors, p, q);
          }
        }
      }
    }
    return sorted(a, vectors);
  }

  private static double offDiagonal(double[][] a) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * a[i][j] * a[i][j];
      }
    }
    return sum;
  }

  private static void rotate(double[][] a, double[][] vectors, int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double left = a[k][p];
      double right = a[k][q];
      a[k][p] = c * left - s * right;
      a[k][q] = s * left + c * right;
    }
    rotateRows(a, p, q, c, s);
    rotateRows(vectors, p, q, c, s);
  }

  private static void rotateRows(double[][] rows, int p, int q, double c, double s) {
    for (int k = 0; k < rows.length; k++) {
      double upper = rows[p][k];
      double lower = rows[q][k];
      rows[p][k] = c * upper - s * lower;
      rows[q][k] = s * upper + c * lower;
    }
  }

  private static SymmetricEigen sorted(double[][] a, double[][] vectors) {
    Integer[] order = new Integer[a.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Arrays.sort(order, (i, j) -> Double.compare(a[j][j], a[i][i]));
    double[] values = new double[order.length];
    double[][] rows = new double[order.length][];
    for (int i = 0; i < order.length; i++) {
      values[i] = a[order[i]][order[i]];
      rows[i] = vectors[order[i]];
    }
    return new SymmetricEigen(values, rows);
  }
}
