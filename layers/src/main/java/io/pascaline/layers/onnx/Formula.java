// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.Arrays;

/**
 * What one tensor is of another, element by element: a polynomial with double coefficients, lowest
 * degree first, and possibly waves. Immutable.
 */
final class Formula {
  /** What a tensor is of itself. */
  static final Formula IDENTITY = new Formula(Waves.NONE, 0, 1);

  /** With waves, more than any polynomial's. */
  private static final int NO_DEGREE = 1 << 16;

  private final double[] coefficients;
  private final Waves waves;

  private Formula(Waves waves, double... coefficients) {
    int count = coefficients.length;
    while (count > 1 && coefficients[count - 1] == 0) {
      count--;
    }
    this.coefficients = Arrays.copyOf(coefficients, count);
    this.waves = waves;
  }

  static Formula constant(double value) {
    return new Formula(Waves.NONE, value);
  }

  /** Returns the degree as a polynomial; larger than any where there are waves. */
  int degree() {
    return waves.isEmpty() ? coefficients.length - 1 : NO_DEGREE;
  }

  double coefficient(int power) {
    return power < coefficients.length ? coefficients[power] : 0;
  }

  boolean isIdentity() {
    return degree() == 1 && coefficients[0] == 0 && coefficients[1] == 1;
  }

  boolean isFinite() {
    for (double coefficient : coefficients) {
      if (!Double.isFinite(coefficient)) {
        return false;
      }
    }
    return waves.isFinite();
  }

  /**
   * Returns the function, of degree 2 or more or with waves; null if secure computation has none
   * such.
   */
  ActivationBasis basisOrNull() {
    if (waves.isEmpty()) {
      return new PolynomialBasis(coefficients);
    }
    return coefficients.length > 2 ? null : waves.basisOrNull(coefficient(0), coefficient(1));
  }

  /** Returns the sum, or null if it has too many waves. */
  Formula plusOrNull(Formula other) {
    double[] sum = new double[Math.max(coefficients.length, other.coefficients.length)];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = coefficient(i) + other.coefficient(i);
    }
    Waves all = waves.plusOrNull(other.waves);
    return all == null ? null : new Formula(all, sum);
  }

  /** Returns the formula and a constant. */
  Formula plus(double shift) {
    double[] sum = coefficients.clone();
    sum[0] += shift;
    return new Formula(waves, sum);
  }

  Formula times(double factor) {
    double[] product = coefficients.clone();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factor;
    }
    return new Formula(waves.times(factor), product);
  }

  /** Quotients are rounded once, as by the division that the file asks for. */
  Formula dividedBy(double divisor) {
    double[] quotient = coefficients.clone();
    for (int i = 0; i < quotient.length; i++) {
      quotient[i] /= divisor;
    }
    return new Formula(waves.dividedBy(divisor), quotient);
  }

  /**
   * Returns the product, or null if its degree is above {@link PolynomialBasis#MAX_DEGREE} or it
   * multiplies waves by something other than a constant.
   */
  Formula timesOrNull(Formula other) {
    if (other.degree() == 0) {
      return times(other.coefficients[0]);
    }
    if (degree() == 0) {
      return other.times(coefficients[0]);
    }
    if (degree() + other.degree() > PolynomialBasis.MAX_DEGREE) {
      return null;
    }
    double[] product = new double[degree() + other.degree() + 1];
    for (int i = 0; i < coefficients.length; i++) {
      for (int j = 0; j < other.coefficients.length; j++) {
        product[i + j] += coefficients[i] * other.coefficients[j];
      }
    }
    return new Formula(Waves.NONE, product);
  }

  /** Returns an integer power, or null where {@link #timesOrNull} is. */
  Formula powerOrNull(int exponent) {
    Formula power = constant(1);
    for (int i = 0; i < exponent && power != null; i++) {
      power = power.timesOrNull(this);
    }
    return power;
  }

  /** Returns the cosine of a polynomial of degree 0 or 1, else null. */
  Formula cosineOrNull() {
    if (degree() == 0) {
      return constant(StrictMath.cos(coefficients[0]));
    }
    return degree() > 1 ? null : new Formula(Waves.cosine(coefficients[0], coefficients[1]), 0);
  }

  /** Returns the sine of a polynomial of degree 0 or 1, else null. */
  Formula sineOrNull() {
    if (degree() == 0) {
      return constant(StrictMath.sin(coefficients[0]));
    }
    return degree() > 1 ? null : new Formula(Waves.sine(coefficients[0], coefficients[1]), 0);
  }
}
