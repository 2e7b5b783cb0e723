// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A real function of one real variable, as an expression: what a network applies to each element of
 * a tensor. Two functions are equal if their expressions are. Immutable and thread-safe.
 *
 * <p>Only plaintext evaluates it, in double arithmetic that every JVM rounds alike. The compiler
 * puts a function that the protocols know in its place.
 */
public sealed interface ScalarFunction {
  /** Returns f(x). */
  double value(double x);

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
    /** The hyperbolic tangent. */
    TANH(StrictMath::tanh),
    /** The square root. */
    SQRT(Math::sqrt);

    private final DoubleUnaryOperator operator;

    Operation(DoubleUnaryOperator operator) {
      this.operator = operator;
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
      return operation.operator.applyAsDouble(operand.value(x));
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
      return combination.operator.applyAsDouble(left.value(x), right.value(x));
    }

    @Override
    public String toString() {
      return combination + "(" + left + ", " + right + ")";
    }
  }
}
