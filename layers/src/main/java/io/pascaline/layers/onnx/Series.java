// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.Arrays;

/**
 * A function that the protocols can evaluate without approximation: a polynomial with double
 * coefficients, lowest degree first, and possibly waves. Immutable.
 */
final class Series {
  static final Series IDENTITY = new Series(Waves.NONE, 0, 1);

  /** With waves, more than any polynomial's. */
  private static final int NO_DEGREE = 1 << 16;

  private final double[] coefficients;
  private final Waves waves;

  private Series(Waves waves, double... coefficients) {
    int count = coefficients.length;
    while (count > 1 && coefficients[count - 1] == 0) {
      count--;
    }
    this.coefficients = Arrays.copyOf(coefficients, count);
    this.waves = waves;
  }

  static Series constant(double value) {
    return new Series(Waves.NONE, value);
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
  private Series plusOrNull(Series other) {
    double[] sum = new double[Math.max(coefficients.length, other.coefficients.length)];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = coefficient(i) + other.coefficient(i);
    }
    Waves all = waves.plusOrNull(other.waves);
    return all == null ? null : new Series(all, sum);
  }

  private Series times(double factor) {
    double[] product = coefficients.clone();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factor;
    }
    return new Series(waves.times(factor), product);
  }

  /** Quotients are rounded once, as by the division that the file asks for. */
  private Series dividedBy(double divisor) {
    double[] quotient = coefficients.clone();
    for (int i = 0; i < quotient.length; i++) {
      quotient[i] /= divisor;
    }
    return new Series(waves.dividedBy(divisor), quotient);
  }

  /**
   * Returns the product, or null if its degree is above {@link PolynomialBasis#MAX_DEGREE} or it
   * multiplies waves by something other than a constant.
   */
  private Series timesOrNull(Series other) {
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
    return new Series(Waves.NONE, product);
  }

  /** Returns a power, or null if it is no polynomial of a degree allowed. */
  private Series powerOrNull(double exponent) {
    if (exponent != Math.rint(exponent) || exponent < 0 || exponent > PolynomialBasis.MAX_DEGREE) {
      return null;
    }
    Series power = constant(1);
    for (int i = 0; i < exponent && power != null; i++) {
      power = power.timesOrNull(this);
    }
    return power;
  }

  /** Returns the cosine of a polynomial of degree 0 or 1, else null. */
  Series cosineOrNull() {
    if (degree() == 0) {
      return constant(StrictMath.cos(coefficients[0]));
    }
    return degree() > 1 ? null : new Series(Waves.cosine(coefficients[0], coefficients[1]), 0);
  }

  /** Returns the sine of a polynomial of degree 0 or 1, else null. */
  Series sineOrNull() {
    if (degree() == 0) {
      return constant(StrictMath.sin(coefficients[0]));
    }
    return degree() > 1 ? null : new Series(Waves.sine(coefficients[0], coefficients[1]), 0);
  }

  /** Returns a combination with another function, or null if it is no such function. */
  Series combineOrNull(Combination combination, Series right) {
    return switch (combination) {
      case ADD -> plusOrNull(right);
      case SUBTRACT -> plusOrNull(right.times(-1));
      case MULTIPLY -> timesOrNull(right);
      case DIVIDE -> right.degree() == 0 ? dividedBy(right.coefficients[0]) : null;
      case POWER -> right.degree() == 0 ? powerOrNull(right.coefficients[0]) : null;
      case MIN, MAX -> null;
    };
  }

  /** Returns the function as an expression, by Horner's rule. */
  ScalarFunction expression() {
    ScalarFunction argument = new ScalarFunction.Argument();
    ScalarFunction sum = new ScalarFunction.Constant(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      boolean one = sum instanceof ScalarFunction.Constant c && c.constant() == 1;
      sum = one ? argument : sum.combine(Combination.MULTIPLY, argument);
      if (coefficients[i] != 0) {
        sum = sum.combine(Combination.ADD, coefficients[i]);
      }
    }
    return waves.addedTo(sum);
  }
}
