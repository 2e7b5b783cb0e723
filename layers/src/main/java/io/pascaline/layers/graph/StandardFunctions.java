// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Activation functions of published networks by their usual names. */
public final class StandardFunctions {
  private static final ScalarFunction X = new ScalarFunction.Argument();
  private static final ScalarFunction ZERO = new ScalarFunction.Constant(0);

  /** Slope of LeakyReLU below zero, as frameworks set it unless they are told otherwise. */
  private static final double LEAKY_SLOPE = 0.01;

  private static final Map<String, ScalarFunction> BY_NAME = byName();

  private StandardFunctions() {}

  private static Map<String, ScalarFunction> byName() {
    ScalarFunction negative = ZERO.combine(Combination.MIN, X);
    ScalarFunction gate = ramp(1.0 / 6, 0.5);
    Map<String, ScalarFunction> all = new LinkedHashMap<>();
    all.put("relu6", ScalarFunction.relu().combine(Combination.MIN, 6));
    all.put(
        "leakyrelu",
        ScalarFunction.relu()
            .combine(Combination.ADD, negative.combine(Combination.MULTIPLY, LEAKY_SLOPE)));
    all.put(
        "elu",
        ScalarFunction.relu()
            .combine(
                Combination.ADD, negative.apply(Operation.EXP).combine(Combination.SUBTRACT, 1)));
    all.put("gelu", gelu());
    all.put("silu", X.combine(Combination.MULTIPLY, X.apply(Operation.SIGMOID)));
    all.put("hardsigmoid", gate);
    all.put("hardswish", X.combine(Combination.MULTIPLY, gate));
    all.put("sigmoid", X.apply(Operation.SIGMOID));
    all.put("tanh", X.apply(Operation.TANH));
    return Collections.unmodifiableMap(all);
  }

  /** Returns {@code max(0, min(1, slope x + shift))}. */
  private static ScalarFunction ramp(double slope, double shift) {
    ScalarFunction line = X.combine(Combination.MULTIPLY, slope).combine(Combination.ADD, shift);
    return ZERO.combine(Combination.MAX, line.combine(Combination.MIN, 1));
  }

  /** Returns {@code x / 2 (1 + erf(x / sqrt 2))}: D. Hendrycks and K. Gimpel (2016). */
  private static ScalarFunction gelu() {
    ScalarFunction share =
        X.combine(Combination.DIVIDE, Math.sqrt(2))
            .apply(Operation.ERF)
            .combine(Combination.ADD, 1);
    return X.combine(Combination.MULTIPLY, 0.5).combine(Combination.MULTIPLY, share);
  }

  /** Returns all functions by their names, in a fixed order. */
  public static Map<String, ScalarFunction> all() {
    return BY_NAME;
  }

  /**
   * Returns a function by its name.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static ScalarFunction of(String name) {
    ScalarFunction function = BY_NAME.get(name);
    if (function == null) {
      throw new IllegalArgumentException(
          "name is '" + name + "', must be one of " + String.join(", ", BY_NAME.keySet()));
    }
    return function;
  }
}
