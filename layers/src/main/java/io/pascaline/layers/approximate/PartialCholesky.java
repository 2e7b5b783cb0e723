// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.approximate.NormalEquations.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * A partial Cholesky factorisation of {@link NormalEquations}, with the ridge on the diagonal. It
 * has a row for each selected feature and a column for each candidate. Besides, it keeps what
 * selection needs of each candidate: its inner product with the residual, and its block of the
 * Schur complement. A row is added in time proportional to the number of candidates and of rows;
 * none is removed. The equations are small and change by a row at a time, for which no library is
 * made. Not thread-safe.
 */
final class PartialCholesky {
  private static final int COLUMNS = NormalEquations.CANDIDATES + 1;
  private static final double RIDGE = NormalEquations.RIDGE;

  private final NormalEquations equations;
  private final boolean sloped;
  private final List<Row> rows = new ArrayList<>();

  /** Of each candidate: the inner product of its cosine with the residual. */
  private final double[] cosineResidual = new double[COLUMNS];

  private final double[] sineResidual = new double[COLUMNS];

  // Of each candidate: the Schur complement's 2 x 2 block of its cosine and sine, which is their
  // Gram matrix after the projections on the selected features are subtracted.
  private final double[] cosineSquare = new double[COLUMNS];
  private final double[] sineSquare = new double[COLUMNS];
  private final double[] cosineTimesSine = new double[COLUMNS];
  private double error;

  /**
   * One row of the factor.
   *
   * @param cosines the columns of all candidates' cosines
   * @param sines the columns of all candidates' sines
   * @param diagonal the column of the row's own feature
   * @param right the right-hand side after forward substitution
   */
  private record Row(double[] cosines, double[] sines, double diagonal, double right) {}

  private PartialCholesky(NormalEquations equations, boolean sloped) {
    this.equations = equations;
    this.sloped = sloped;
    this.error = equations.squaredFunction();
    for (int j = 0; j < COLUMNS; j++) {
      cosineResidual[j] = equations.ofFunction(j, Part.COSINE);
      sineResidual[j] = equations.ofFunction(j, Part.SINE);
      cosineSquare[j] = equations.cosineSquare(j) + RIDGE;
      cosineTimesSine[j] = equations.cosineTimesSine(j);
      // cos^2 + sin^2 = 1, and the weights' sum is 1.
      sineSquare[j] = 1 - equations.cosineSquare(j) + RIDGE;
    }
    addHarmonicPart(0, Part.COSINE);
    if (sloped) {
      addSlope();
    }
  }

  private PartialCholesky(PartialCholesky other) {
    this.equations = other.equations;
    this.sloped = other.sloped;
    this.rows.addAll(other.rows);
    System.arraycopy(other.cosineResidual, 0, cosineResidual, 0, COLUMNS);
    System.arraycopy(other.sineResidual, 0, sineResidual, 0, COLUMNS);
    System.arraycopy(other.cosineSquare, 0, cosineSquare, 0, COLUMNS);
    System.arraycopy(other.sineSquare, 0, sineSquare, 0, COLUMNS);
    System.arraycopy(other.cosineTimesSine, 0, cosineTimesSine, 0, COLUMNS);
    this.error = other.error;
  }

  /** Returns a copy, to which other harmonics can be added. */
  PartialCholesky copy() {
    return new PartialCholesky(this);
  }

  /** Returns the factorisation for a constant, a slope if there is one, and harmonics in turn. */
  static PartialCholesky of(NormalEquations equations, boolean sloped, List<Integer> harmonics) {
    PartialCholesky factor = new PartialCholesky(equations, sloped);
    harmonics.forEach(factor::add);
    return factor;
  }

  /** Returns what the fit minimises: the mean squared error, and the ridge's part. */
  double error() {
    return error;
  }

  /** Adds the two features of a harmonic. */
  void add(int harmonic) {
    addHarmonicPart(harmonic, Part.COSINE);
    addHarmonicPart(harmonic, Part.SINE);
  }

  private void addHarmonicPart(int harmonic, Part part) {
    boolean sine = part == Part.SINE;
    double square = (sine ? sineSquare : cosineSquare)[harmonic];
    double right = (sine ? sineResidual : cosineResidual)[harmonic];
    double[] cosines = new double[COLUMNS];
    double[] sines = new double[COLUMNS];
    equations.row(harmonic, part, cosines, sines);
    double[] own = new double[rows.size()];
    for (int i = 0; i < own.length; i++) {
      own[i] = (sine ? rows.get(i).sines : rows.get(i).cosines)[harmonic];
    }
    addRow(cosines, sines, own, square, right);
  }

  /** The slope is no candidate: its column is that of its row alone, which is the second. */
  private void addSlope() {
    double[] cosines = new double[COLUMNS];
    double[] sines = new double[COLUMNS];
    equations.rowOfArgument(cosines, sines);
    double own = slopeColumn();
    addRow(
        cosines,
        sines,
        new double[] {own},
        equations.squaredArgument() + RIDGE - own * own,
        equations.functionOfArgument() - own * rows.get(0).right);
  }

  private double slopeColumn() {
    return equations.constantOfArgument() / rows.get(0).diagonal;
  }

  /**
   * Adds a feature's row.
   *
   * @param cosines the row of the Gram matrix; becomes that of the factor, as sines do
   * @param own the feature's column in the rows so far
   * @param square the feature's diagonal element of the Schur complement
   * @param right its inner product with the residual
   */
  private void addRow(double[] cosines, double[] sines, double[] own, double square, double right) {
    // 1. Subtract the projections on the features so far.
    for (int i = 0; i < own.length; i++) {
      Row before = rows.get(i);
      double factor = own[i];
      for (int j = 0; j < COLUMNS; j++) {
        cosines[j] -= factor * before.cosines[j];
        sines[j] -= factor * before.sines[j];
      }
    }
    // 2. Divide by the diagonal. Below the ridge there is nothing but rounding.
    double diagonal = Math.sqrt(Math.max(RIDGE, square));
    double reduced = right / diagonal;
    // 3. Subtract the new feature's part from the residual and from the Schur complement.
    for (int j = 0; j < COLUMNS; j++) {
      cosines[j] /= diagonal;
      sines[j] /= diagonal;
      cosineResidual[j] -= cosines[j] * reduced;
      sineResidual[j] -= sines[j] * reduced;
      cosineSquare[j] -= cosines[j] * cosines[j];
      sineSquare[j] -= sines[j] * sines[j];
      cosineTimesSine[j] -= cosines[j] * sines[j];
    }
    error -= reduced * reduced;
    rows.add(new Row(cosines, sines, diagonal, reduced));
  }

  /**
   * Returns the harmonic, except the excluded ones, that reduces the error most if it is added. The
   * reduction is r' S^-1 r, where r are the inner products of the harmonic's two features with the
   * residual, and S is its block of the Schur complement.
   */
  int bestAddition(List<Integer> excluded) {
    int best = 0;
    double maxGain = -1;
    for (int j = 1; j < COLUMNS; j++) {
      double a = Math.max(RIDGE, cosineSquare[j]);
      double b = Math.max(RIDGE, sineSquare[j]);
      double determinant = Math.max(RIDGE * RIDGE, a * b - cosineTimesSine[j] * cosineTimesSine[j]);
      double u = cosineResidual[j];
      double v = sineResidual[j];
      double gain = (b * u * u - 2 * cosineTimesSine[j] * u * v + a * v * v) / determinant;
      if (gain > maxGain && !excluded.contains(j)) {
        maxGain = gain;
        best = j;
      }
    }
    return best;
  }

  /**
   * Solves the triangular equations by back substitution.
   *
   * @param harmonics as they were added
   */
  NormalEquations.Solution solve(List<Integer> harmonics) {
    int n = rows.size();
    int first = sloped ? 2 : 1;
    double[] x = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      Row row = rows.get(i);
      double sum = row.right;
      for (int k = Math.max(i + 1, first); k < n; k++) {
        int harmonic = harmonics.get((k - first) / 2);
        sum -= ((k - first) % 2 == 0 ? row.cosines : row.sines)[harmonic] * x[k];
      }
      if (sloped && i == 0) {
        sum -= slopeColumn() * x[1];
      }
      x[i] = sum / row.diagonal;
    }
    double[] cosines = new double[harmonics.size()];
    double[] sines = new double[harmonics.size()];
    for (int k = 0; k < cosines.length; k++) {
      cosines[k] = x[first + 2 * k];
      sines[k] = x[first + 2 * k + 1];
    }
    int[] chosen = harmonics.stream().mapToInt(Integer::intValue).toArray();
    return new NormalEquations.Solution(chosen, x[0], sloped ? x[1] : 0, cosines, sines);
  }
}
