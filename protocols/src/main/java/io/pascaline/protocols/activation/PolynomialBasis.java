// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A polynomial p(y) = sum of a_k y^k of degree n, 1 to {@value #MAX_DEGREE}.
 *
 * <p>By the binomial theorem p(c - r) = sum over j of g_j(c) r^j with g_j(c) = (-1)^j * sum over k
 * &gt;= j of a_k binom(k, j) c^(k-j). The top term's factor is a constant, which the secret term
 * takes over: h_n(r) = (-1)^n a_n r^n, g_n = 1; below that h_j(r) = r^j. Source: design of the
 * fused suite, after the powers of A. Diaa et al., "Fast and Private Inference of Deep Neural
 * Networks by Co-designing Activation Functions", USENIX Security 2024. Immutable.
 */
public final class PolynomialBasis implements ActivationBasis {
  /** The highest degree. */
  public static final int MAX_DEGREE = 8;

  static final byte KIND = 1;

  private final double[] coefficients;

  /** {@code factors[j][m]} is the coefficient of c^m in g_j. */
  private final double[][] factors;

  /**
   * Creates the polynomial with these coefficients, lowest degree first. Zeros at the end are
   * dropped.
   *
   * @throws IllegalArgumentException if one is not finite, or the degree is not 1 to {@value
   *     #MAX_DEGREE}
   */
  public PolynomialBasis(double... coefficients) {
    double[] canonical = EncodedDoubles.canonical("coefficients", coefficients);
    int degree = canonical.length - 1;
    while (degree > 0 && canonical[degree] == 0) {
      degree--;
    }
    if (degree < 1 || degree > MAX_DEGREE) {
      throw new IllegalArgumentException(
          "degree must be 1 to " + MAX_DEGREE + ": " + Arrays.toString(coefficients));
    }
    this.coefficients = Arrays.copyOf(canonical, degree + 1);
    this.factors = factors(this.coefficients);
  }

  /** Returns p(y) = y, with which an activation step is a pure rescale. */
  public static PolynomialBasis identity() {
    return new PolynomialBasis(0, 1);
  }

  private static double[][] factors(double[] a) {
    int n = a.length - 1;
    double[][] factors = new double[n + 1][];
    for (int j = 0; j < n; j++) {
      factors[j] = new double[n - j + 1];
      double binomial = 1;
      for (int k = j; k <= n; k++) {
        double signed = (j & 1) == 0 ? a[k] : -a[k];
        factors[j][k - j] = signed * binomial + 0.0;
        // binom(k + 1, j) = binom(k, j) (k + 1) / (k + 1 - j), exact in this order.
        binomial = binomial * (k + 1) / (k + 1 - j);
      }
    }
    factors[n] = new double[] {1};
    return factors;
  }

  /** Returns n. */
  public int degree() {
    return coefficients.length - 1;
  }

  /** Returns a copy of the coefficients, lowest degree first; the last one is not zero. */
  public double[] coefficients() {
    return coefficients.clone();
  }

  @Override
  public int termCount() {
    return degree();
  }

  @Override
  public boolean unitFactor(int term) {
    return term == degree();
  }

  @Override
  public double publicFactor(int term, double c) {
    double[] factor = factors[term];
    double sum = factor[factor.length - 1];
    for (int m = factor.length - 2; m >= 0; m--) {
      sum = sum * c + factor[m];
    }
    return sum;
  }

  /** One pass per coefficient over the elements: plain loops that the JVM turns into vectors. */
  @Override
  public void publicFactors(int term, double[] c, double[] out, int count) {
    double[] factor = factors[term];
    Arrays.fill(out, 0, count, factor[factor.length - 1]);
    for (int m = factor.length - 2; m >= 0; m--) {
      double coefficient = factor[m];
      for (int i = 0; i < count; i++) {
        out[i] = out[i] * c[i] + coefficient;
      }
    }
  }

  @Override
  public double secretTerm(int term, double r) {
    double power = foldedCoefficient(term);
    for (int k = 0; k < term; k++) {
      power *= r;
    }
    return power;
  }

  @Override
  public void secretTerms(int term, double[] r, double[] out, int count) {
    Arrays.fill(out, 0, count, foldedCoefficient(term));
    for (int k = 0; k < term; k++) {
      for (int i = 0; i < count; i++) {
        out[i] *= r[i];
      }
    }
  }

  private double foldedCoefficient(int term) {
    checkSecretTerm(term);
    if (term < degree()) {
      return 1;
    }
    double top = coefficients[term];
    return (term & 1) == 0 ? top : -top;
  }

  private void checkSecretTerm(int term) {
    if (term < 1 || term > degree()) {
      throw new IllegalArgumentException("term must be 1 to " + degree() + ": " + term);
    }
  }

  @Override
  public double maxPublicFactor(int term, double maxC) {
    return absoluteSum(factors[term], maxC);
  }

  @Override
  public double maxSecretTerm(int term, double maxR) {
    return Math.abs(secretTerm(term, maxR)) * (1 + 2 * RoundingError.gamma(term));
  }

  /** Horner's rule of degree m rounds 2m times, and each coefficient carries one more rounding. */
  @Override
  public double publicFactorError(int term, double maxC) {
    return unitFactor(term)
        ? 0
        : RoundingError.gamma(2 * factors[term].length + 1) * maxPublicFactor(term, maxC);
  }

  @Override
  public double secretTermError(int term, double maxR) {
    boolean exact = term == 1 && Math.abs(foldedCoefficient(term)) == 1;
    return exact ? 0 : RoundingError.gamma(term + 1) * maxSecretTerm(term, maxR);
  }

  @Override
  public double value(double y) {
    return publicFactor(0, y);
  }

  /** Returns the bound of g_0, which is p itself. */
  @Override
  public double maxValue(double maxY) {
    return maxPublicFactor(0, maxY);
  }

  /**
   * Taylor's expansion of p' about the middle of the interval, so that the bound is tight on short
   * intervals; rounding is covered by a term that dwarfs it.
   */
  @Override
  public double derivativeBound(double lo, double hi) {
    if (!(lo <= hi)) {
      throw new IllegalArgumentException("lo must not exceed hi: " + lo + " > " + hi);
    }
    double middle = lo + (hi - lo) / 2;
    double radius = Math.max(hi - middle, middle - lo);
    double reach = Math.max(Math.abs(lo), Math.abs(hi));
    double bound = 0;
    double radiusPower = 1;
    double crude = 0;
    double reachPower = 1;
    for (int j = 1; j <= degree(); j++) {
      // p'(y) = sum over j >= 1 of j t_j (y - middle)^(j-1), t_j = sum of a_k binom(k, j) m^(k-j).
      double taylor = j == degree() ? coefficients[j] : publicFactor(j, middle);
      bound += j * Math.abs(taylor) * radiusPower;
      radiusPower *= radius;
      crude += j * Math.abs(coefficients[j]) * reachPower;
      reachPower *= reach;
    }
    return bound + crude * 0x1.0p-44;
  }

  private static double absoluteSum(double[] polynomial, double x) {
    double sum = 0;
    for (int m = polynomial.length - 1; m >= 0; m--) {
      sum = sum * x + Math.abs(polynomial[m]);
    }
    return sum * (1 + RoundingError.gamma(4 * polynomial.length));
  }

  @Override
  public int encodedLengthBytes() {
    return 2 + coefficients.length * Double.BYTES;
  }

  @Override
  public void encode(ByteBuffer buffer) {
    buffer.put(KIND).put((byte) coefficients.length);
    EncodedDoubles.put(buffer, coefficients);
  }

  static PolynomialBasis decodeBody(ByteBuffer buffer) {
    int count = buffer.get();
    if (count < 2 || count > MAX_DEGREE + 1) {
      throw new IllegalArgumentException("a polynomial cannot have " + count + " coefficients");
    }
    double[] coefficients = EncodedDoubles.take(buffer, count);
    if (coefficients[count - 1] == 0) {
      throw new IllegalArgumentException("the last coefficient of a polynomial must not be zero");
    }
    return new PolynomialBasis(coefficients);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolynomialBasis that && Arrays.equals(coefficients, that.coefficients);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(coefficients);
  }

  @Override
  public String toString() {
    return "PolynomialBasis" + Arrays.toString(coefficients);
  }
}
