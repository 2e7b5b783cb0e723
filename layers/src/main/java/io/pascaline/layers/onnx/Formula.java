// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.protocols.activation.ActivationBasis;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An element-wise expression of one tensor in another: a {@link Series} if one is known, otherwise
 * any function, one for all elements or one per channel. Immutable.
 */
final class Formula {
  /** What a tensor is of itself. */
  static final Formula IDENTITY = new Formula(Series.IDENTITY, null);

  /** Operations of one function: more than any activation has, few enough to evaluate. */
  private static final int MAX_SIZE = 512;

  private final Series seriesOrNull;

  /** Null where there is a series. */
  private final List<ScalarFunction> functions;

  private Formula(Series seriesOrNull, List<ScalarFunction> functions) {
    this.seriesOrNull = seriesOrNull;
    this.functions = functions;
  }

  static Formula constant(double value) {
    return new Formula(Series.constant(value), null);
  }

  /** One constant for each channel. */
  static Formula constants(ChannelConstant values) {
    if (values.uniform()) {
      return constant(values.value(0));
    }
    List<ScalarFunction> constants = new ArrayList<>();
    for (int channel = 0; channel < values.count(); channel++) {
      constants.add(new ScalarFunction.Constant(values.value(channel)));
    }
    return new Formula(null, List.copyOf(constants));
  }

  /** Returns the series, or null if it is none. */
  Series seriesOrNull() {
    return seriesOrNull;
  }

  boolean isAffine() {
    return seriesOrNull != null && seriesOrNull.degree() <= 1;
  }

  boolean isIdentity() {
    return seriesOrNull != null && seriesOrNull.isIdentity();
  }

  /** Returns whether no number in it has overflowed. */
  boolean isFinite() {
    return seriesOrNull == null || seriesOrNull.isFinite();
  }

  /** Returns the protocols' own form of a function that is not affine, or null. */
  ActivationBasis basisOrNull() {
    return seriesOrNull == null || !seriesOrNull.isFinite() ? null : seriesOrNull.basisOrNull();
  }

  boolean isRelu() {
    return seriesOrNull == null
        && functions.size() == 1
        && functions.get(0) instanceof ScalarFunction.Combined c
        && c.combination() == Combination.MAX
        && (c.equals(ScalarFunction.relu())
            || new ScalarFunction.Combined(Combination.MAX, c.right(), c.left())
                .equals(ScalarFunction.relu()));
  }

  /** Returns one function, or one for each channel; of a finite formula. */
  List<ScalarFunction> functions() {
    return seriesOrNull == null ? functions : List.of(seriesOrNull.expression());
  }

  /** Returns how many functions it holds one by one. */
  int functionCount() {
    return seriesOrNull == null ? functions.size() : 0;
  }

  /** What an activation costs that evaluates this formula. */
  Effort effort() {
    if (isAffine()) {
      return Effort.NONE;
    }
    boolean exact = isRelu() || basisOrNull() != null;
    return new Effort(exact ? 0 : 1, 1, functionCount() > 1 ? 1 : 0);
  }

  /** Returns whether two formulas are polynomials of one degree, or both are none. */
  boolean isLike(Formula other) {
    return seriesOrNull == null
        ? other.seriesOrNull == null
        : other.seriesOrNull != null && seriesOrNull.degree() == other.seriesOrNull.degree();
  }

  /** Returns an operation on this formula, or null if it is too large. */
  Formula applyOrNull(Operation operation) {
    Series wave = null;
    if (seriesOrNull != null && operation == Operation.COS) {
      wave = seriesOrNull.cosineOrNull();
    } else if (seriesOrNull != null && operation == Operation.SIN) {
      wave = seriesOrNull.sineOrNull();
    }
    return wave == null
        ? thenOrNull(new ScalarFunction.Argument().apply(operation))
        : new Formula(wave, null);
  }

  /** Returns a function of this formula, or null if it is too large. */
  Formula thenOrNull(ScalarFunction function) {
    return ofOrNull(List.of(this), f -> function.after(f.get(0)));
  }

  /** Returns a combination of two formulas of one tensor, or null if it is too large. */
  Formula combineOrNull(Combination combination, Formula right) {
    if (seriesOrNull != null && right.seriesOrNull != null) {
      Series series = seriesOrNull.combineOrNull(combination, right.seriesOrNull);
      if (series != null) {
        return new Formula(series, null);
      }
    }
    return ofOrNull(List.of(this, right), f -> f.get(0).combine(combination, f.get(1)));
  }

  /**
   * Returns what an operation makes of formulas of one tensor, or null if it makes nothing or a
   * function that is too large.
   *
   * @param operation gives null where there is no result
   */
  static Formula ofOrNull(
      List<Formula> operands, Function<List<ScalarFunction>, ScalarFunction> operation) {
    List<List<ScalarFunction>> lists = new ArrayList<>();
    int channels = 1;
    for (Formula operand : operands) {
      if (!operand.isFinite()) {
        return null;
      }
      lists.add(operand.functions());
      channels = Math.max(channels, lists.get(lists.size() - 1).size());
    }
    List<ScalarFunction> results = new ArrayList<>(channels);
    for (int channel = 0; channel < channels; channel++) {
      List<ScalarFunction> arguments = new ArrayList<>();
      for (List<ScalarFunction> list : lists) {
        arguments.add(list.get(list.size() == 1 ? 0 : channel));
      }
      ScalarFunction result = operation.apply(arguments);
      if (result == null || result.size() > MAX_SIZE) {
        return null;
      }
      results.add(result);
    }
    if (channels == 1 && results.get(0) instanceof ScalarFunction.Constant c) {
      return constant(c.constant());
    }
    return new Formula(null, List.copyOf(results));
  }
}
