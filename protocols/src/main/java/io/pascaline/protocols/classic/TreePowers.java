// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;

/**
 * Which powers a tree of products computes in which round: x^k = x^m x^(k-m) with m the largest
 * power of two below k, in round log2 m. Only those that the polynomial has, and their factors.
 * Immutable.
 */
final class TreePowers {
  private final FixedPolynomial polynomial;
  private final double inputBound;
  private final boolean[] needed;
  private final int[] maskPlanes;
  private final int maskCount;

  TreePowers(int layer, PolynomialBasis polynomial, int fractionBits, double inputBound) {
    this.polynomial = FixedPolynomial.of(layer, polynomial, fractionBits, inputBound);
    this.inputBound = inputBound;
    int degree = this.polynomial.degree();
    this.needed = new boolean[degree + 1];
    boolean[] factor = new boolean[degree + 1];
    for (int k = degree; k >= 2; k--) {
      needed[k] |= this.polynomial.uses(k);
      if (needed[k]) {
        for (int part : new int[] {left(k), k - left(k)}) {
          factor[part] = true;
          needed[part] = true;
        }
      }
    }
    this.maskPlanes = new int[degree + 1];
    int masks = 0;
    for (int k = 1; k <= degree; k++) {
      maskPlanes[k] = factor[k] ? masks++ : -1;
    }
    this.maskCount = masks;
    failureProbabilityPerElement(); // refuses what leaves the ring
  }

  static TreePowers of(PolynomialTree step) {
    return new TreePowers(step.layer(), step.polynomial(), step.fractionBits(), step.inputBound());
  }

  /** Returns the largest power of two below {@code power}. */
  static int left(int power) {
    return Integer.highestOneBit(power - 1);
  }

  FixedPolynomial polynomial() {
    return polynomial;
  }

  /** Returns ceil(log2 n). */
  int roundCount() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(polynomial.degree() - 1);
  }

  /** Returns whether x^k is a product of round {@code round}. */
  boolean computes(int power, int round) {
    return power >= 2 && needed[power] && left(power) == 1 << round;
  }

  /**
   * Returns whether x^k is opened, masked, in round {@code round}: it is a factor, and was computed
   * in the round before. One opening serves all products of the power.
   */
  boolean opens(int power, int round) {
    boolean fresh = power == 1 ? round == 0 : round > 0 && computes(power, round - 1);
    return fresh && maskPlanes[power] >= 0;
  }

  /** Returns the plane of the mask of a factor. */
  int maskPlane(int power) {
    return maskPlanes[power];
  }

  int maskCount() {
    return maskCount;
  }

  int openingCount(int round) {
    int count = 0;
    for (int k = 1; k <= polynomial.degree(); k++) {
      count += opens(k, round) ? 1 : 0;
    }
    return count;
  }

  int productCount() {
    int count = 0;
    for (int k = 2; k <= polynomial.degree(); k++) {
      count += needed[k] ? 1 : 0;
    }
    return count;
  }

  /** By power, in units of 2^-f: both factors' errors, and a unit for the cut. */
  private double[] errors() {
    double[] errors = new double[polynomial.degree() + 1];
    for (int k = 2; k <= polynomial.degree(); k++) {
      if (needed[k]) {
        int m = left(k);
        int j = k - m;
        errors[k] =
            errors[m] * FixedPolynomial.power(inputBound, j)
                + errors[j] * FixedPolynomial.power(inputBound, m)
                + Math.scalb(errors[m] * errors[j], -polynomial.fractionBits())
                + Truncation.ERROR_BOUND_ULPS;
      }
    }
    return errors;
  }

  double errorBoundUlps() {
    return polynomial.errorBoundUlps(inputBound, errors());
  }

  /** Returns the sum over all truncations of one element. */
  double failureProbabilityPerElement() {
    double[] errors = errors();
    int[] shifts = new int[polynomial.degree() + 1];
    double sum = 0;
    for (int k = 2; k <= polynomial.degree(); k++) {
      shifts[k] = polynomial.fractionBits();
      if (needed[k]) {
        double bound = magnitude(left(k), errors) * magnitude(k - left(k), errors);
        sum += FixedPolynomial.failureProbability("power " + k, bound);
      }
    }
    return sum + polynomial.sumFailureProbability(inputBound, errors, shifts);
  }

  private double magnitude(int power, double[] errors) {
    double exact = FixedPolynomial.power(inputBound, power);
    return Math.scalb(exact, polynomial.fractionBits()) + errors[power];
  }

  long[] plaintext(long[] input) {
    long[] output = new long[input.length];
    long[] powers = new long[polynomial.degree() + 1];
    for (int i = 0; i < input.length; i++) {
      powers[1] = input[i];
      for (int k = 2; k <= polynomial.degree(); k++) {
        if (needed[k]) {
          powers[k] = powers[left(k)] * powers[k - left(k)] >> polynomial.fractionBits();
        }
      }
      output[i] = polynomial.plaintext(powers);
    }
    return output;
  }
}
