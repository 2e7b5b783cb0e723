// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import java.util.ArrayList;
import java.util.List;

/**
 * Cholesky factorisation of the normal equations of a channel for its selected features (a
 * constant, optionally a slope, cosines and sines), with the residuals of all candidates. Features
 * are added, never removed. Not thread-safe.
 */
final class Selection {
  private static final int COLUMNS = ChannelFit.CANDIDATES + 1;
  private static final double RIDGE = ChannelFit.RIDGE;

  private final ChannelFit channel;
  private final boolean sloped;
  private final List<Row> rows = new ArrayList<>();

  // Of each candidate: the right-hand side, the diagonal and the product of its cosine and sine,
  // less what the features take up.
  private final double[] cosineRest = new double[COLUMNS];
  private final double[] sineRest = new double[COLUMNS];
  private final double[] cosineSquare = new double[COLUMNS];
  private final double[] sineSquare = new double[COLUMNS];
  private final double[] mixed = new double[COLUMNS];
  private double error;

  /** One row of the factor: the columns of all candidates, not of features alone. */
  private record Row(double[] cosines, double[] sines, double diagonal, double right) {}

  private Selection(ChannelFit channel, boolean sloped) {
    this.channel = channel;
    this.sloped = sloped;
    this.error = channel.squaredFunction();
    for (int j = 0; j < COLUMNS; j++) {
      cosineRest[j] = channel.ofFunction(j, false);
      sineRest[j] = channel.ofFunction(j, true);
      cosineSquare[j] = channel.cosineSquare(j) + RIDGE;
      mixed[j] = channel.cosineTimesSine(j);
      // cos^2 + sin^2 = 1, and the weights' sum is 1.
      sineSquare[j] = 1 - channel.cosineSquare(j) + RIDGE;
    }
    addHarmonicPart(0, false);
    if (sloped) {
      addSlope();
    }
  }

  private Selection(Selection other) {
    this.channel = other.channel;
    this.sloped = other.sloped;
    this.rows.addAll(other.rows);
    System.arraycopy(other.cosineRest, 0, cosineRest, 0, COLUMNS);
    System.arraycopy(other.sineRest, 0, sineRest, 0, COLUMNS);
    System.arraycopy(other.cosineSquare, 0, cosineSquare, 0, COLUMNS);
    System.arraycopy(other.sineSquare, 0, sineSquare, 0, COLUMNS);
    System.arraycopy(other.mixed, 0, mixed, 0, COLUMNS);
    this.error = other.error;
  }

  /** Returns a copy, to which other harmonics can be added. */
  Selection copy() {
    return new Selection(this);
  }

  static Selection of(ChannelFit channel, boolean sloped, List<Integer> harmonics) {
    Selection selection = new Selection(channel, sloped);
    harmonics.forEach(selection::add);
    return selection;
  }

  /** Returns the mean squared error and the ridge's part. */
  double error() {
    return error;
  }

  void add(int harmonic) {
    addHarmonicPart(harmonic, false);
    addHarmonicPart(harmonic, true);
  }

  private void addHarmonicPart(int harmonic, boolean sine) {
    double square = sine ? sineSquare[harmonic] : cosineSquare[harmonic];
    double right = sine ? sineRest[harmonic] : cosineRest[harmonic];
    double[] cosines = new double[COLUMNS];
    double[] sines = new double[COLUMNS];
    channel.products(harmonic, sine, cosines, sines);
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
    channel.productsOfArgument(cosines, sines);
    double own = slopeColumn();
    addRow(
        cosines,
        sines,
        new double[] {own},
        channel.squaredArgument() + RIDGE - own * own,
        channel.functionOfArgument() - own * rows.get(0).right);
  }

  private double slopeColumn() {
    return channel.ofArgument(0, false) / rows.get(0).diagonal;
  }

  private void addRow(double[] cosines, double[] sines, double[] own, double square, double right) {
    for (int i = 0; i < own.length; i++) {
      Row before = rows.get(i);
      double factor = own[i];
      for (int j = 0; j < COLUMNS; j++) {
        cosines[j] -= factor * before.cosines[j];
        sines[j] -= factor * before.sines[j];
      }
    }
    // Below the ridge there is nothing but rounding.
    double diagonal = Math.sqrt(Math.max(RIDGE, square));
    double reduced = right / diagonal;
    for (int j = 0; j < COLUMNS; j++) {
      cosines[j] /= diagonal;
      sines[j] /= diagonal;
      cosineRest[j] -= cosines[j] * reduced;
      sineRest[j] -= sines[j] * reduced;
      cosineSquare[j] -= cosines[j] * cosines[j];
      sineSquare[j] -= sines[j] * sines[j];
      mixed[j] -= cosines[j] * sines[j];
    }
    error -= reduced * reduced;
    rows.add(new Row(cosines, sines, diagonal, reduced));
  }

  /** Returns the harmonic, except the excluded ones, that reduces the error most if it is added. */
  int best(List<Integer> excluded) {
    int best = 0;
    double mostGain = -1;
    for (int j = 1; j < COLUMNS; j++) {
      double a = Math.max(RIDGE, cosineSquare[j]);
      double b = Math.max(RIDGE, sineSquare[j]);
      double determinant = Math.max(RIDGE * RIDGE, a * b - mixed[j] * mixed[j]);
      double u = cosineRest[j];
      double v = sineRest[j];
      double gain = (b * u * u - 2 * mixed[j] * u * v + a * v * v) / determinant;
      if (gain > mostGain && !excluded.contains(j)) {
        mostGain = gain;
        best = j;
      }
    }
    return best;
  }

  /**
   * Solves the triangular equations from the end.
   *
   * @param harmonics as they were added
   */
  ChannelFit.Solution solution(List<Integer> harmonics) {
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
    return new ChannelFit.Solution(chosen, x[0], sloped ? x[1] : 0, cosines, sines);
  }
}
