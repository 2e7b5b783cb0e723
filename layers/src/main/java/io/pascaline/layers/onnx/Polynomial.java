package io.pascaline.layers.onnx;

import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.Arrays;

/** A polynomial with double coefficients, lowest degree first. Immutable. */
final class Polynomial {
  /** What a tensor is of itself. */
  static final Polynomial IDENTITY = new Polynomial(0, 1);

  private final double[] coefficients;

  private Polynomial(double... coefficients) {
    int count = coefficients.length;
    while (count > 1 && coefficients[count - 1] == 0) {
      count--;
    }
    this.coefficients = Arrays.copyOf(coefficients, count);
  }

  static Polynomial constant(double value) {
    return new Polynomial(value);
  }

  int degree() {
    return coefficients.length - 1;
  }

  double coefficient(int power) {
    return power < coefficients.length ? coefficients[power] : 0;
  }

  double[] coefficients() {
    return coefficients.clone();
  }

  boolean isIdentity() {
    return coefficients.length == 2 && coefficients[0] == 0 && coefficients[1] == 1;
  }

  boolean isFinite() {
    for (double coefficient : coefficients) {
      if (!Double.isFinite(coefficient)) {
        return false;
      }
    }
    return true;
  }

  Polynomial plus(Polynomial other) {
    final double[] sum = new double[Math.max(coefficients.length, other.coefficients.length)];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = coefficient(i) + other.coefficient(i);
    }
    return new Polynomial(sum);
  }

  Polynomial times(double factor) {
    final double[] product = coefficients.clone();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factor;
    }
    return new Polynomial(product);
  }

  /** Quotients are rounded once, as by the division that the file asks for. */
  Polynomial dividedBy(double divisor) {
    final double[] quotient = coefficients.clone();
    for (int i = 0; i < quotient.length; i++) {
      quotient[i] /= divisor;
    }
    return new Polynomial(quotient);
  }

  /** The product, or null if its degree is above {@link PolynomialBasis#MAX_DEGREE}. */
  Polynomial timesOrNull(Polynomial other) {
    if (degree() + other.degree() > PolynomialBasis.MAX_DEGREE) {
      return null;
    }
    final double[] product = new double[degree() + other.degree() + 1];
    for (int i = 0; i < coefficients.length; i++) {
      for (int j = 0; j < other.coefficients.length; j++) {
        product[i + j] += coefficients[i] * other.coefficients[j];
      }
    }
    return new Polynomial(product);
  }

  /** An integer power, or null if its degree is above {@link PolynomialBasis#MAX_DEGREE}. */
  Polynomial powerOrNull(int exponent) {
    Polynomial power = constant(1);
    for (int i = 0; i < exponent && power != null; i++) {
      power = power.timesOrNull(this);
    }
    return power;
  }
}
