// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.graph.ScalarFunction.Selected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws of expressions. */
class ScalarFunctionTest {
  private static final ScalarFunction X = new Argument();

  @ParameterizedTest
  @ValueSource(doubles = {-1e300, -745.2, -30, -1, -0.0, 0, 1e-9, 1, 30, 745.2, 1e300})
  void shouldRelateSigmoidAndSoftplusWithoutOverflow(double x) {
    double sigmoid = Operation.SIGMOID.value(x);
    double softplus = Operation.SOFTPLUS.value(x);

    // sigmoid(x) + sigmoid(-x) = 1, softplus(x) - softplus(-x) = x.
    assertEquals(1, sigmoid + Operation.SIGMOID.value(-x), 2 * Math.ulp(1.0));
    assertEquals(x, softplus - Operation.SOFTPLUS.value(-x), 2 * Math.ulp(x) + 1e-16);
    assertEquals(sigmoid, Math.exp(x - softplus), Math.ulp(1.0) * (2 + Math.abs(x)));
  }

  @Test
  void shouldPutAFunctionInTheArgumentsPlace() {
    ScalarFunction square = X.combine(Combination.MULTIPLY, X);
    ScalarFunction selected = new Selected(X, square, X.apply(Operation.ABS));
    ScalarFunction inner = X.combine(Combination.SUBTRACT, 3);

    ScalarFunction composed = selected.after(inner);

    for (double x = -2; x < 8; x += 0.5) {
      assertEquals(selected.value(inner.value(x)), composed.value(x));
    }
    assertEquals(selected, selected.after(X));
    assertEquals("SELECT(x > 0, MULTIPLY(x, x), ABS(x))", selected.toString());
    assertEquals(7, selected.size());
  }

  @Test
  void shouldComputeWithConstantsAtOnce() {
    ScalarFunction three = new Constant(3);

    assertEquals(new Constant(9), three.combine(Combination.POWER, 2));
    assertEquals(new Constant(9), X.combine(Combination.POWER, 2).after(three));
    assertEquals(new Constant(Math.sqrt(3)), three.apply(Operation.SQRT));
    // No constant is NaN; the expression stays and its value is.
    assertEquals(Double.NaN, new Constant(-1).apply(Operation.LOG).value(0));
  }

  @Test
  void shouldRefuseNoNumber() {
    assertThrows(IllegalArgumentException.class, () -> new Constant(Double.NaN));
  }
}
