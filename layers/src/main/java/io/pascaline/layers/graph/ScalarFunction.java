// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.Erf;

/**
 * A real function of one real variable, as an expression: what a network applies to each element of
 * a tensor. Two functions are equal if their expressions are. Immutable and thread-safe.
 *
 * <p>Only plaintext evaluates it, in double arithmetic. The compiler puts a function that the
 * protocols know in its place. Where a function has no value, as the logarithm of -1, it is NaN.
 */
public sealed interface ScalarFunction {
  /** Returns f(x). */
  double value(double x);

  /** Returns this function of another one: {@code x -> this(inner(x))}. */
  ScalarFunction after(ScalarFunction inner);

  /** Returns how many operations, constants and arguments an evaluation computes or reads. */
  int size();

  /** Returns an operation applied to this; of a constant, the constant that it makes. */
  default ScalarFunction apply(Operation operation) {
    if (this instanceof Constant c && !Double.isNaN(operation.value(c.constant))) {
      return new Constant(operation.value(c.constant));
    }
    return new Applied(operation, this);
  }

  /** Returns this combined with what stands right of it; of constants, the constant. */
  default ScalarFunction combine(Combination combination, ScalarFunction right) {
    if (this instanceof Constant l && right instanceof Constant r) {
      double value = combination.value(l.constant, r.constant);
      if (!Double.isNaN(value)) {
        return new Constant(value);
      }
    }
    return new Combined(combination, this, right);
  }

  /** Returns this combined with a constant that stands right of it. */
  default ScalarFunction combine(Combination combination, double right) {
    return combine(combination, new Constant(right));
  }

  /** Returns the largest of 0 and x. */
  static ScalarFunction relu() {
    return new Combined(Combination.MAX, new Constant(0), new Argument());
  }

  /** The function's argument, x. */
  record Argument() implements ScalarFunction {
    @Override
    public double value(double x) {
      return x;
    }

    @Override
    public ScalarFunction after(ScalarFunction inner) {
      return inner;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public String toString() {
      return "x";
    }
  }

  /**
   * A constant.
   *
   * @param constant finite or infinite, not NaN
   */
  record Constant(double constant) implements ScalarFunction {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is NaN
     */
    public Constant {
      if (Double.isNaN(constant)) {
        throw new IllegalArgumentException("constant is NaN, must be a number");
      }
    }

    @Override
    public double value(double x) {
      return constant;
    }

    @Override
    public ScalarFunction after(ScalarFunction inner) {
      return this;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public String toString() {
      return Double.toString(constant);
    }
  }

  /** An operation on one value. */
  enum Operation {
    /** The magnitude. */
    ABS(Math::abs),
    /** The exponential. */
    EXP(StrictMath::exp),
    /** The natural logarithm. */
    LOG(StrictMath::log),
    /** The square root. */
    SQRT(Math::sqrt),
    /** -1, 0 or 1. */
    SIGN(Math::signum),
    /** The error function. */
    ERF(Erf::value),
    /** The logistic function {@code 1 / (1 + exp(-x))}, which overflows nowhere. */
    SIGMOID(
        x -> {
          double e = StrictMath.exp(-Math.abs(x));
          return x < 0 ? e / (1 + e) : 1 / (1 + e);
        }),
    /** The smooth rectifier {@code log(1 + exp(x))}, which overflows nowhere. */
    SOFTPLUS(x -> Math.max(0, x) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)))),
    /** The hyperbolic tangent. */
    TANH(StrictMath::tanh),
    /** The hyperbolic sine. */
    SINH(StrictMath::sinh),
    /** The hyperbolic cosine. */
    COSH(StrictMath::cosh),
    /** The sine. */
    SIN(StrictMath::sin),
    /** The cosine. */
    COS(StrictMath::cos),
    /** The tangent. */
    TAN(StrictMath::tan),
    /** The angle of a sine. */
    ASIN(StrictMath::asin),
    /** The angle of a cosine. */
    ACOS(StrictMath::acos),
    /** The angle of a tangent. */
    ATAN(StrictMath::atan),
    /** The inverse of the hyperbolic sine. */
    ASINH(
        x -> {
          // Computed from the magnitude, so that no digits cancel.
          double a = Math.abs(x);
          double root = StrictMath.hypot(1, a);
          return Math.copySign(StrictMath.log1p(a + a * (a / (1 + root))), x);
        }),
    /** The inverse of the hyperbolic cosine. */
    ACOSH(x -> StrictMath.log(x + Math.sqrt(x - 1) * Math.sqrt(x + 1))),
    /** The inverse of the hyperbolic tangent. */
    ATANH(x -> (StrictMath.log1p(x) - StrictMath.log1p(-x)) / 2),
    /** The largest integer that is not larger. */
    FLOOR(Math::floor),
    /** The smallest integer that is not smaller. */
    CEIL(Math::ceil),
    /** The nearest integer. If two are equally near, the even one. */
    ROUND(Math::rint);

    private final DoubleUnaryOperator operator;

    Operation(DoubleUnaryOperator operator) {
      this.operator = operator;
    }

    /** Returns what the operation makes of a number. */
    public double value(double operand) {
      return operator.applyAsDouble(operand);
    }
  }

  /** An operation applied to an expression. */
  record Applied(Operation operation, ScalarFunction operand) implements ScalarFunction {
    /** Checks for null. */
    public Applied {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(operand, "operand");
    }

    @Override
    public double value(double x) {
      return operation.value(operand.value(x));
    }

    @Override
    public ScalarFunction after(ScalarFunction inner) {
      return operand.after(inner).apply(operation);
    }

    @Override
    public int size() {
      return 1 + operand.size();
    }

    @Override
    public String toString() {
      return operation + "(" + operand + ")";
    }
  }

  /** An operation on two values. */
  enum Combination {
    /** The sum. */
    ADD(Double::sum),
    /** The first less the second. */
    SUBTRACT((left, right) -> left - right),
    /** The product. */
    MULTIPLY((left, right) -> left * right),
    /** The first divided by the second. */
    DIVIDE((left, right) -> left / right),
    /** The smaller one. */
    MIN(Math::min),
    /** The larger one. */
    MAX(Math::max),
    /** The first to the power of the second. */
    POWER(StrictMath::pow);

    private final DoubleBinaryOperator operator;

    Combination(DoubleBinaryOperator operator) {
      this.operator = operator;
    }

    /** Returns what the operation makes of two numbers. */
    public double value(double left, double right) {
      return operator.applyAsDouble(left, right);
    }
  }

  /** An operation applied to two expressions. */
  record Combined(Combination combination, ScalarFunction left, ScalarFunction right)
      implements ScalarFunction {
    /** Checks for null. */
    public Combined {
      Objects.requireNonNull(combination, "combination");
      Objects.requireNonNull(left, "left");
      Objects.requireNonNull(right, "right");
    }

    @Override
    public double value(double x) {
      return combination.value(left.value(x), right.value(x));
    }

    @Override
    public ScalarFunction after(ScalarFunction inner) {
      return left.after(inner).combine(combination, right.after(inner));
    }

    @Override
    public int size() {
      return 1 + left.size() + right.size();
    }

    @Override
    public String toString() {
      return combination + "(" + left + ", " + right + ")";
    }
  }

  /** One of two expressions: the first where a third one is above 0, else the second. */
  record Selected(ScalarFunction condition, ScalarFunction above, ScalarFunction otherwise)
      implements ScalarFunction {
    /** Checks for null. */
    public Selected {
      Objects.requireNonNull(condition, "condition");
      Objects.requireNonNull(above, "above");
      Objects.requireNonNull(otherwise, "otherwise");
    }

    @Override
    public double value(double x) {
      return condition.value(x) > 0 ? above.value(x) : otherwise.value(x);
    }

    @Override
    public ScalarFunction after(ScalarFunction inner) {
      return new Selected(condition.after(inner), above.after(inner), otherwise.after(inner));
    }

    @Override
    public int size() {
      return 1 + condition.size() + above.size() + otherwise.size();
    }

    @Override
    public String toString() {
      return "SELECT(" + condition + " > 0, " + above + ", " + otherwise + ")";
    }
  }
}
