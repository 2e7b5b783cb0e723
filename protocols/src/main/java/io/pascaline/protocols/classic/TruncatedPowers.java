// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the one-round protocols for polynomials ({@link HoneyBadger}, {@link Espn}) have in common:
 * which powers at which precision, and the local sum of the terms.
 *
 * <p>x^k is taken of x truncated by s_k = max(0, ceil((k - 2) f / k)) bits, so that it stays near
 * 2f bits, and is then truncated by f(k - 1) - k s_k bits, which lie between f - k + 1 and f.
 * Powers with one s_k form a group and share the openings of the truncated x. Immutable.
 */
final class TruncatedPowers {
  private static final int BLOCK_ELEMENTS = 512;

  private final FixedPolynomial polynomial;
  private final double inputBound;
  private final List<Group> groups = new ArrayList<>();

  /** Powers, ascending, each at least 2, of x truncated by {@code truncatedBits}. */
  static final class Group {
    final int truncatedBits;
    final int[] powers;

    Group(int truncatedBits, int[] powers) {
      this.truncatedBits = truncatedBits;
      this.powers = powers;
    }

    int top() {
      return powers[powers.length - 1];
    }
  }

  TruncatedPowers(int layer, PolynomialBasis polynomial, int fractionBits, double inputBound) {
    this.polynomial = FixedPolynomial.of(layer, polynomial, fractionBits, inputBound);
    this.inputBound = inputBound;
    for (int k = 2; k <= this.polynomial.degree(); k++) {
      if (this.polynomial.uses(k)) {
        add(k, truncatedBits(k));
      }
    }
    failureProbabilityPerElement(); // refuses what leaves the ring
  }

  /** s_k grows with k, so equal ones follow each other. */
  private void add(int power, int truncatedBits) {
    int last = groups.size() - 1;
    if (last >= 0 && groups.get(last).truncatedBits == truncatedBits) {
      int[] powers = groups.get(last).powers;
      int[] longer = Arrays.copyOf(powers, powers.length + 1);
      longer[powers.length] = power;
      groups.set(last, new Group(truncatedBits, longer));
    } else {
      groups.add(new Group(truncatedBits, new int[] {power}));
    }
  }

  static TruncatedPowers of(ClassicPolynomial step) {
    return new TruncatedPowers(
        step.layer(), step.polynomial(), step.fractionBits(), step.inputBound());
  }

  FixedPolynomial polynomial() {
    return polynomial;
  }

  List<Group> groups() {
    return groups;
  }

  int truncatedBits(int power) {
    int numerator = (power - 2) * polynomial.fractionBits();
    return Math.max(0, (numerator + power - 1) / power);
  }

  /** Returns by how many bits the power is truncated after it was taken. */
  int shift(int power) {
    return power == 1 ? 0 : polynomial.fractionBits() * (power - 1) - power * truncatedBits(power);
  }

  /** Returns the largest magnitude of x truncated for a power: off by a unit if any bit was. */
  private double maxTruncated(int power) {
    double max = Math.scalb(inputBound, polynomial.fractionBits() - truncatedBits(power));
    return max + (truncatedBits(power) > 0 ? Truncation.ERROR_BOUND_ULPS : 0);
  }

  /**
   * Returns, by power, in units of 2^-f: |t'^k - t^k| &lt;= k |t' - t| max^(k-1), truncated; and a
   * unit for the truncation.
   */
  private double[] errors() {
    double[] errors = new double[polynomial.degree() + 1];
    for (Group group : groups) {
      for (int k : group.powers) {
        double slope = k * FixedPolynomial.power(maxTruncated(k), k - 1);
        double inputError = group.truncatedBits > 0 ? Truncation.ERROR_BOUND_ULPS : 0;
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
      sum += group.truncatedBits == 0 ? 0 : FixedPolynomial.failureProbability("the input", input);
      for (int k : group.powers) {
        shifts[k] = shift(k);
        double bound = FixedPolynomial.power(maxTruncated(k), k);
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
          long truncated = input[i] >> group.truncatedBits;
          long power = truncated;
          for (int j = 1; j < k; j++) {
            power *= truncated;
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

  /** A protocol's shares of the powers from 2 on. */
  @FunctionalInterface
  interface Terms {
    /** Adds the terms of {@code count} elements from {@code at} to their sums. */
    void addTo(long[] sums, int at, int count);
  }

  /**
   * Returns a party's share of the polynomial: the constant (at P0), the linear term, the terms of
   * the powers, and their sum truncated to f bits.
   *
   * @param x the party's share of the input
   */
  long[] evaluate(int partyId, long[] x, Terms terms, WorkSplitter splitter) {
    int bits = polynomial.fractionBits();
    long constant = partyId == 0 ? polynomial.constant() : 0;
    long linear = polynomial.coefficient(1);
    long unit = Truncation.unit(partyId, bits);
    long[] results = new long[x.length];
    ElementParts.run(
        x.length,
        splitter,
        (from, to) -> {
          long[] sums = new long[BLOCK_ELEMENTS];
          for (int at = from; at < to; at += BLOCK_ELEMENTS) {
            int count = Math.min(BLOCK_ELEMENTS, to - at);
            for (int i = 0; i < count; i++) {
              sums[i] = constant + linear * x[at + i];
            }
            terms.addTo(sums, at, count);
            for (int i = 0; i < count; i++) {
              results[at + i] = (sums[i] >> bits) + unit;
            }
          }
        });
    return results;
  }

  /**
   * Adds one power's term, the power truncated to f bits, if the polynomial has it in this group.
   *
   * @param share of the power
   */
  void addTerm(int partyId, int power, Group group, long[] share, long[] sums, int count) {
    if (Arrays.binarySearch(group.powers, power) < 0) {
      return;
    }
    long coefficient = polynomial.coefficient(power);
    int bits = shift(power);
    long unit = Truncation.unit(partyId, bits);
    for (int i = 0; i < count; i++) {
      sums[i] += coefficient * ((share[i] >> bits) + unit);
    }
  }
}
