// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The powers that a one-round protocol computes, and at which precision: x^k is taken of x cut by
 * s_k = max(0, ceil((k - 2) f / k)) bits, so that it stays near 2f bits, and is then cut by f(k -
 * 1) - k s_k bits, which lie between f - k + 1 and f. Powers with one s_k form a group and share
 * the openings of the cut x. Immutable.
 */
final class CutPowers {
  private final FixedPolynomial polynomial;
  private final double inputBound;
  private final List<Group> groups = new ArrayList<>();

  /** Powers, ascending, each at least 2, of x cut by {@code cutBits}. */
  static final class Group {
    final int cutBits;
    final int[] powers;

    Group(int cutBits, int[] powers) {
      this.cutBits = cutBits;
      this.powers = powers;
    }

    int top() {
      return powers[powers.length - 1];
    }
  }

  CutPowers(int layer, PolynomialBasis polynomial, int fractionBits, double inputBound) {
    this.polynomial = FixedPolynomial.of(layer, polynomial, fractionBits, inputBound);
    this.inputBound = inputBound;
    for (int k = 2; k <= this.polynomial.degree(); k++) {
      if (this.polynomial.uses(k)) {
        add(k, cutBits(k));
      }
    }
    failureProbabilityPerElement(); // refuses what leaves the ring
  }

  /** s_k grows with k, so equal ones follow each other. */
  private void add(int power, int cutBits) {
    int last = groups.size() - 1;
    if (last >= 0 && groups.get(last).cutBits == cutBits) {
      int[] powers = groups.get(last).powers;
      int[] longer = Arrays.copyOf(powers, powers.length + 1);
      longer[powers.length] = power;
      groups.set(last, new Group(cutBits, longer));
    } else {
      groups.add(new Group(cutBits, new int[] {power}));
    }
  }

  static CutPowers of(ClassicPolynomial step) {
    return new CutPowers(step.layer(), step.polynomial(), step.fractionBits(), step.inputBound());
  }

  FixedPolynomial polynomial() {
    return polynomial;
  }

  List<Group> groups() {
    return groups;
  }

  int cutBits(int power) {
    int numerator = (power - 2) * polynomial.fractionBits();
    return Math.max(0, (numerator + power - 1) / power);
  }

  /** Returns by how many bits the power is cut after it was taken. */
  int shift(int power) {
    return power == 1 ? 0 : polynomial.fractionBits() * (power - 1) - power * cutBits(power);
  }

  /** Returns the largest magnitude of x cut for a power: off by a unit if anything was cut. */
  private double maxCut(int power) {
    double max = Math.scalb(inputBound, polynomial.fractionBits() - cutBits(power));
    return max + (cutBits(power) > 0 ? Truncation.ERROR_BOUND_ULPS : 0);
  }

  /**
   * By power, in units of 2^-f: |t'^k - t^k| &lt;= k |t' - t| max^(k-1), cut; and a unit for the
   * cut.
   */
  private double[] errors() {
    double[] errors = new double[polynomial.degree() + 1];
    for (Group group : groups) {
      for (int k : group.powers) {
        double slope = k * FixedPolynomial.power(maxCut(k), k - 1);
        double inputError = group.cutBits > 0 ? Truncation.ERROR_BOUND_ULPS : 0;
        errors[k] = Math.scalb(slope * inputError, -shift(k)) + Truncation.ERROR_BOUND_ULPS;
      }
    }
    return errors;
  }

  double errorBoundUlps() {
    return polynomial.errorBoundUlps(inputBound, errors());
  }

  /** Returns the sum over all truncations of one element. */
  double failureProbabilityPerElement() {
    int[] shifts = new int[polynomial.degree() + 1];
    double sum = 0;
    double input = Math.scalb(inputBound, polynomial.fractionBits());
    for (Group group : groups) {
      sum += group.cutBits == 0 ? 0 : FixedPolynomial.failureProbability("the input", input);
      for (int k : group.powers) {
        shifts[k] = shift(k);
        double bound = FixedPolynomial.power(maxCut(k), k);
        sum += FixedPolynomial.failureProbability("power " + k, bound);
      }
    }
    return sum + polynomial.sumFailureProbability(inputBound, errors(), shifts);
  }

  long[] plaintext(long[] input) {
    long[] output = new long[input.length];
    long[] powers = new long[polynomial.degree() + 1];
    for (int i = 0; i < input.length; i++) {
      powers[1] = input[i];
      for (Group group : groups) {
        for (int k : group.powers) {
          long cut = input[i] >> group.cutBits;
          long power = cut;
          for (int j = 1; j < k; j++) {
            power *= cut;
          }
          powers[k] = power >> shift(k);
        }
      }
      output[i] = polynomial.plaintext(powers);
    }
    return output;
  }

  /** Returns the openings of which each group has one. */
  int groupCount() {
    return groups.size();
  }

  /** Returns the sum over all groups of the highest power less one. */
  int topsLessOne() {
    int sum = 0;
    for (Group group : groups) {
      sum += group.top() - 1;
    }
    return sum;
  }

  /** Returns how many powers from 2 are computed. */
  int powerCount() {
    int sum = 0;
    for (Group group : groups) {
      sum += group.powers.length;
    }
    return sum;
  }
}
