// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.layers.graph.ScalarFunction.Applied;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Combined;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import java.util.EnumSet;
import java.util.Set;

/** Whether a function rises or falls, as far as its expression shows. */
enum Trend {
  /** It has one value. */
  CONSTANT,
  /** It never falls. */
  RISING,
  /** It never rises. */
  FALLING,
  /** Nothing is known. */
  UNKNOWN;

  private static final Set<Operation> RISING_OPERATIONS =
      EnumSet.of(
          Operation.EXP,
          Operation.LOG,
          Operation.SQRT,
          Operation.SIGN,
          Operation.ERF,
          Operation.SIGMOID,
          Operation.SOFTPLUS,
          Operation.TANH,
          Operation.SINH,
          Operation.ASIN,
          Operation.ATAN,
          Operation.ASINH,
          Operation.ACOSH,
          Operation.ATANH,
          Operation.FLOOR,
          Operation.CEIL,
          Operation.ROUND);

  private static final Set<Operation> POSITIVE_OPERATIONS =
      EnumSet.of(Operation.EXP, Operation.SIGMOID, Operation.SOFTPLUS, Operation.COSH);

  /** Returns whether a function is known never to fall. */
  static boolean isRising(ScalarFunction function) {
    return of(function) == RISING;
  }

  static Trend of(ScalarFunction function) {
    if (function instanceof ScalarFunction.Argument) {
      return RISING;
    }
    if (function instanceof ScalarFunction.Constant) {
      return CONSTANT;
    }
    if (function instanceof Applied applied) {
      Trend operand = of(applied.operand());
      return operand == CONSTANT || RISING_OPERATIONS.contains(applied.operation())
          ? operand
          : UNKNOWN;
    }
    if (!(function instanceof Combined combined)) {
      return UNKNOWN;
    }
    Trend left = of(combined.left());
    Trend right = of(combined.right());
    return switch (combined.combination()) {
      case ADD, MIN, MAX -> left.with(right);
      case SUBTRACT -> left.with(right.reversed());
      case MULTIPLY -> product(combined, left, right);
      case DIVIDE -> quotient(combined, left, right);
      default -> left == CONSTANT && right == CONSTANT ? CONSTANT : UNKNOWN;
    };
  }

  private static Trend product(Combined product, Trend left, Trend right) {
    if (left == CONSTANT) {
      return right.times(product.left().value(0));
    }
    return right == CONSTANT ? left.times(product.right().value(0)) : UNKNOWN;
  }

  private static Trend quotient(Combined quotient, Trend left, Trend right) {
    if (right == CONSTANT) {
      return left.times(quotient.right().value(0));
    }
    boolean ofConstant = left == CONSTANT && isPositive(quotient.right());
    return ofConstant ? right.reversed().times(quotient.left().value(0)) : UNKNOWN;
  }

  private Trend with(Trend other) {
    if (this == CONSTANT || this == other) {
      return other;
    }
    return other == CONSTANT ? this : UNKNOWN;
  }

  private Trend reversed() {
    return switch (this) {
      case RISING -> FALLING;
      case FALLING -> RISING;
      case CONSTANT, UNKNOWN -> this;
    };
  }

  /** Of a factor that is not finite, or 0, nothing is known. */
  private Trend times(double factor) {
    if (factor == 0 || !Double.isFinite(factor)) {
      return UNKNOWN;
    }
    return factor > 0 ? this : reversed();
  }

  private static boolean isPositive(ScalarFunction function) {
    if (function instanceof ScalarFunction.Constant constant) {
      return constant.constant() > 0;
    }
    if (function instanceof Applied applied) {
      return POSITIVE_OPERATIONS.contains(applied.operation());
    }
    return function instanceof Combined combined
        && combined.combination() != Combination.SUBTRACT
        && combined.combination() != Combination.POWER
        && isPositive(combined.left())
        && isPositive(combined.right());
  }
}
