// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

/**
 * The normal equations of a weighted least-squares fit: the Gram matrix of its features, and the
 * right-hand side, which is the inner products of the features with the function. The features are
 * a constant, the argument (whose amplitude is a slope), and the cosines and sines of the first
 * {@value #CANDIDATES} harmonics of a base frequency. An inner product is a weighted sum over bins.
 *
 * <p>Products of harmonics are sums of harmonics: cos a cos b = (cos(a-b) + cos(a+b)) / 2. The Gram
 * matrix of the harmonics is therefore made of Toeplitz and Hankel matrices, and follows from
 * {@code 2 * CANDIDATES + 1} sums over the bins.
 */
final class NormalEquations {
  /** Harmonics to select from. */
  static final int CANDIDATES = 128;

  /**
   * The ridge (Tikhonov regularisation) that solvers add to the diagonal: it makes an amplitude as
   * large as the function cost as much as an error of its 1000th part.
   */
  static final double RIDGE = 1e-6;

  /** Where the sums of the harmonic 0 are: those of negative harmonics come before. */
  private static final int ORIGIN = CANDIDATES;

  /** The two features of a harmonic. */
  enum Part {
    COSINE,
    SINE
  }

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
   * Sums over the bins.
   *
   * @param arguments the middles of bins, a multiple of 8 in number, in order, symmetric about zero
   * @param weights of the bins, not negative, with sum 1
   * @param values of the function in the middles
   * @param anglePerUnit of the base harmonic
   */
  NormalEquations(double[] arguments, double[] weights, double[] values, double anglePerUnit) {
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
   * A solution for selected harmonics.
   *
   * @param harmonics which of the base frequency's, counted from 1
   * @param constant the constant
   * @param slope the slope, or 0
   * @param cosines amplitudes
   * @param sines amplitudes
   */
  record Solution(
      int[] harmonics, double constant, double slope, double[] cosines, double[] sines) {}

  /** Returns the inner product of a feature with the function. */
  double ofFunction(int harmonic, Part part) {
    return (part == Part.COSINE ? cosineOfFunction : sineOfFunction)[harmonic];
  }

  /** Returns the inner product of the constant with the argument. */
  double constantOfArgument() {
    return cosineOfArgument[0];
  }

  /** Returns the inner product of a harmonic's cosine with itself. */
  double cosineSquare(int harmonic) {
    return (cosineSums[ORIGIN] + cosineSums[ORIGIN + 2 * harmonic]) / 2;
  }

  /** Returns the inner product of a harmonic's cosine with its sine. */
  double cosineTimesSine(int harmonic) {
    return sineSums[ORIGIN + 2 * harmonic] / 2;
  }

  /** Returns the inner product of the function with itself. */
  double squaredFunction() {
    return squaredFunction;
  }

  /** Returns the inner product of the argument with itself. */
  double squaredArgument() {
    return squaredArgument;
  }

  /** Returns the inner product of the function with the argument. */
  double functionOfArgument() {
    return functionOfArgument;
  }

  /**
   * Writes a row of the Gram matrix: the inner products of a feature with the cosines and the sines
   * of all candidates.
   */
  void row(int harmonic, Part part, double[] withCosines, double[] withSines) {
    for (int j = 0; j <= CANDIDATES; j++) {
      int sum = ORIGIN + harmonic + j;
      int difference = ORIGIN + harmonic - j;
      if (part == Part.SINE) {
        withCosines[j] = (sineSums[sum] + sineSums[difference]) / 2;
        withSines[j] = (cosineSums[difference] - cosineSums[sum]) / 2;
      } else {
        withCosines[j] = (cosineSums[sum] + cosineSums[difference]) / 2;
        withSines[j] = (sineSums[sum] - sineSums[difference]) / 2;
      }
    }
  }

  /** Writes the row of the argument. */
  void rowOfArgument(double[] withCosines, double[] withSines) {
    System.arraycopy(cosineOfArgument, 0, withCosines, 0, CANDIDATES + 1);
    System.arraycopy(sineOfArgument, 0, withSines, 0, CANDIDATES + 1);
  }
}
