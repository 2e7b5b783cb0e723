// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import java.util.ArrayList;
import java.util.List;

/**
 * The weighted least squares of one channel: a constant, perhaps a slope, and harmonics that are
 * chosen one by one among the first {@value #CANDIDATES} of a base frequency.
 *
 * <p>Sums of products of harmonics are sums of harmonics: cos a cos b = (cos(a-b) + cos(a+b)) / 2.
 * So the matrix of the normal equations follows from {@code 2 * CANDIDATES + 1} sums over the bins,
 * and a choice costs less than those sums. The equations are small and change by a row at a time,
 * for which no library is made: the factorisation here is Cholesky's, extended row by row, with a
 * ridge that keeps amplitudes near the function's own size.
 */
final class ChannelFit {
  /** Harmonics to choose from. */
  static final int CANDIDATES = 128;

  /** Makes an amplitude as large as the function cost as much as an error of its 1000th part. */
  static final double RIDGE = 1e-6;

  private static final int SWEEPS = 2;

  /** Exchanges that lower the error less end a sweep's repetition. */
  private static final double WORTHWHILE = 0.999;

  /** Where the sums of the harmonic 0 are: those of negative harmonics come before. */
  private static final int ORIGIN = CANDIDATES;

  /** Weighted sums of cos(j a) and sin(j a) over all bins, a being the base harmonic's angle. */
  private final double[] cosineSums = new double[ORIGIN + 2 * CANDIDATES + 1];

  private final double[] sineSums = new double[ORIGIN + 2 * CANDIDATES + 1];

  /** The same times the function, and times the argument. */
  private final double[] cosineOfFunction = new double[CANDIDATES + 1];

  private final double[] sineOfFunction = new double[CANDIDATES + 1];
  private final double[] cosineOfArgument = new double[CANDIDATES + 1];
  private final double[] sineOfArgument = new double[CANDIDATES + 1];
  private double squaredFunction;
  private double squaredArgument;
  private double functionOfArgument;

  /**
   * Takes the sums.
   *
   * @param arguments the middles of bins, a multiple of 8 in number, in order, symmetric about zero
   * @param weights of the bins, not negative, with sum 1
   * @param values of the function in the middles
   * @param anglePerUnit of the base harmonic
   */
  ChannelFit(double[] arguments, double[] weights, double[] values, double anglePerUnit) {
    int half = arguments.length / 2;
    // Sums and differences over the two signs of an argument, whose cosines are equal.
    double[][] even = new double[3][half];
    double[][] odd = new double[3][half];
    double[] cosine = new double[half];
    double[] sine = new double[half];
    double[] turnCosine = new double[half];
    double[] turnSine = new double[half];
    for (int i = 0; i < half; i++) {
      int right = half + i;
      int left = half - 1 - i;
      double argument = arguments[right];
      turnCosine[i] = StrictMath.cos(anglePerUnit * argument);
      turnSine[i] = StrictMath.sin(anglePerUnit * argument);
      cosine[i] = 1;
      even[0][i] = weights[right] + weights[left];
      odd[0][i] = weights[right] - weights[left];
      even[1][i] = weights[right] * values[right] + weights[left] * values[left];
      odd[1][i] = weights[right] * values[right] - weights[left] * values[left];
      even[2][i] = argument * odd[0][i];
      odd[2][i] = argument * even[0][i];
      squaredFunction += weights[right] * values[right] * values[right];
      squaredFunction += weights[left] * values[left] * values[left];
      squaredArgument += argument * odd[2][i];
      functionOfArgument += argument * odd[1][i];
    }
    for (int j = 0; j <= 2 * CANDIDATES; j++) {
      cosineSums[ORIGIN + j] = dot(even[0], cosine);
      sineSums[ORIGIN + j] = dot(odd[0], sine);
      if (j <= CANDIDATES) {
        cosineSums[ORIGIN - j] = cosineSums[ORIGIN + j];
        sineSums[ORIGIN - j] = -sineSums[ORIGIN + j];
        cosineOfFunction[j] = dot(even[1], cosine);
        sineOfFunction[j] = dot(odd[1], sine);
        cosineOfArgument[j] = dot(even[2], cosine);
        sineOfArgument[j] = dot(odd[2], sine);
      }
      for (int i = 0; i < half; i++) {
        double next = cosine[i] * turnCosine[i] - sine[i] * turnSine[i];
        sine[i] = sine[i] * turnCosine[i] + cosine[i] * turnSine[i];
        cosine[i] = next;
      }
    }
  }

  /** Four sums at a time, so that additions need not wait for each other. */
  private static double dot(double[] a, double[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int i = 0; i < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /**
   * A solution.
   *
   * @param harmonics which of the base frequency's, counted from 1
   * @param constant the constant
   * @param slope the slope, or 0
   * @param cosines amplitudes
   * @param sines amplitudes
   */
  record Solution(
      int[] harmonics, double constant, double slope, double[] cosines, double[] sines) {}

  /** Returns solutions with more and more harmonics. */
  Path path(boolean sloped) {
    return new Path(sloped);
  }

  /**
   * The best solutions found with 1 harmonic, 2 and so on: each has those of the one before and the
   * best addition, and then one after another is exchanged for a better one. Not thread-safe.
   */
  final class Path {
    private final boolean sloped;
    private final List<Integer> chosen = new ArrayList<>();
    private final List<Solution> solutions = new ArrayList<>();

    private Path(boolean sloped) {
      this.sloped = sloped;
    }

    /** Returns the solution with a number of harmonics, at least 1. */
    Solution solution(int harmonicCount) {
      while (solutions.size() < harmonicCount) {
        Selection selection = Selection.of(ChannelFit.this, sloped, chosen);
        int addition = selection.best(chosen);
        selection.add(addition);
        chosen.add(addition);
        improve(chosen, sloped, selection.error());
        List<Integer> sorted = chosen.stream().sorted().toList();
        solutions.add(Selection.of(ChannelFit.this, sloped, sorted).solution(sorted));
      }
      return solutions.get(harmonicCount - 1);
    }
  }

  /** Exchanges one harmonic after another for a better one, a few times. */
  private void improve(List<Integer> chosen, boolean sloped, double firstError) {
    double error = firstError;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double before = error;
      Selection kept = Selection.of(this, sloped, List.of());
      for (int k = 0; k < chosen.size(); k++) {
        List<Integer> others = new ArrayList<>(chosen);
        others.remove(k);
        Selection rest = kept.copy();
        others.subList(k, others.size()).forEach(rest::add);
        int better = rest.best(others);
        if (better != chosen.get(k)) {
          rest.add(better);
          if (rest.error() < error) {
            error = rest.error();
            chosen.set(k, better);
          }
        }
        kept.add(chosen.get(k));
      }
      if (error > before * WORTHWHILE) {
        return;
      }
    }
  }

  /** Returns the sum of cos(harmonic a) or sin(harmonic a) of the function. */
  double ofFunction(int harmonic, boolean sine) {
    return sine ? sineOfFunction[harmonic] : cosineOfFunction[harmonic];
  }

  /** Returns the same of the argument. */
  double ofArgument(int harmonic, boolean sine) {
    return sine ? sineOfArgument[harmonic] : cosineOfArgument[harmonic];
  }

  /** Returns the sum of the squared cosine of a harmonic. */
  double cosineSquare(int harmonic) {
    return (cosineSums[ORIGIN] + cosineSums[ORIGIN + 2 * harmonic]) / 2;
  }

  /** Returns the sum of the product of a harmonic's cosine and sine. */
  double cosineTimesSine(int harmonic) {
    return sineSums[ORIGIN + 2 * harmonic] / 2;
  }

  double squaredFunction() {
    return squaredFunction;
  }

  double squaredArgument() {
    return squaredArgument;
  }

  double functionOfArgument() {
    return functionOfArgument;
  }

  /**
   * Writes the sums of the products of a cosine or sine with the cosines and the sines of all
   * candidates.
   */
  void products(int harmonic, boolean sine, double[] withCosines, double[] withSines) {
    for (int j = 0; j <= CANDIDATES; j++) {
      int sum = ORIGIN + harmonic + j;
      int difference = ORIGIN + harmonic - j;
      if (sine) {
        withCosines[j] = (sineSums[sum] + sineSums[difference]) / 2;
        withSines[j] = (cosineSums[difference] - cosineSums[sum]) / 2;
      } else {
        withCosines[j] = (cosineSums[sum] + cosineSums[difference]) / 2;
        withSines[j] = (sineSums[sum] - sineSums[difference]) / 2;
      }
    }
  }

  /** Writes the same of the argument. */
  void productsOfArgument(double[] withCosines, double[] withSines) {
    System.arraycopy(cosineOfArgument, 0, withCosines, 0, CANDIDATES + 1);
    System.arraycopy(sineOfArgument, 0, withSines, 0, CANDIDATES + 1);
  }
}
