// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.graph.ScalarFunction.Selected;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions made of lines equal their sums of ReLU. */
class PiecewiseFunctionsTest {
  private static final Shape SHAPE = Shape.of(2, 1, 41);
  private static final ScalarFunction X = new Argument();
  private static final ScalarFunction CLIPPED = ScalarFunction.relu().combine(Combination.MIN, 6);

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void shouldComputeTheSame(String nodes, List<ScalarFunction> functions) {
    NetworkGraph graph = graph(functions);
    float[] input = input();

    NetworkGraph exact = PiecewiseFunctions.in(graph);

    assertEquals(nodes, kinds(exact));
    float[] expected = new FloatEvaluator(graph).run(input);
    float[] actual = new FloatEvaluator(exact).run(input);
    for (int i = 0; i < input.length; i++) {
      // A few terms no larger than ten times the input, each rounded a few times.
      assertEquals(expected[i], actual[i], 10 * 8 * Math.ulp(16f), "f(" + input[i] + ")");
    }
  }

  static Stream<Arguments> functions() {
    ScalarFunction sixth = CLIPPED.combine(Combination.DIVIDE, 6);
    ScalarFunction hard = sixth.after(X.combine(Combination.ADD, 3));
    return Stream.of(
        arguments("AFFINE RELU AFFINE ADD", List.of(leaky(0.25))),
        arguments("AFFINE RELU AFFINE ADD", List.of(leaky(0.25), leaky(-1))),
        arguments("RELU AFFINE RELU ADD", List.of(CLIPPED)),
        arguments("AFFINE RELU AFFINE AFFINE RELU AFFINE ADD", List.of(hard)),
        arguments("AFFINE RELU AFFINE ADD", List.of(X.apply(Operation.ABS))),
        arguments(
            "AFFINE RELU AFFINE AFFINE RELU ADD",
            List.of(X.combine(Combination.MAX, -1).combine(Combination.MIN, 1))),
        arguments(
            "AFFINE RELU ADD",
            List.of(new Selected(X.combine(Combination.SUBTRACT, 2), new Constant(2), X))),
        arguments("AFFINE", List.of(X.combine(Combination.MAX, X))));
  }

  @Test
  void shouldLeaveOtherFunctionsAlone() {
    for (ScalarFunction other :
        List.of(
            X.apply(Operation.TANH),
            X.combine(Combination.MULTIPLY, X),
            X.combine(Combination.MULTIPLY, CLIPPED),
            // It jumps.
            new Selected(X, X.combine(Combination.ADD, 1), new Constant(0)))) {
      NetworkGraph graph = graph(List.of(other));

      assertSame(graph.nodes().get(0), PiecewiseFunctions.in(graph).nodes().get(0));
    }
  }

  @Test
  void shouldRunExactlyInTheClassicSuite() {
    NetworkGraph graph = graph(List.of(CLIPPED, leaky(0.25)));
    float[] input = input();

    ClassicNetwork network =
        ClassicCompiler.compile(graph, List.of(input), ClassicSettings.standard());

    float[] expected = new FloatEvaluator(graph).run(input);
    float[] actual = new ClassicEvaluator(network).infer(input);
    double unit = Math.scalb(1.0, -network.plan().outputFractionBits());
    for (int i = 0; i < input.length; i++) {
      // Input and constants are rounded to units; inputs are at most 10, and a scale is off by
      // half.
      assertEquals(expected[i], actual[i], 32 * unit, "f(" + input[i] + ")");
    }
  }

  private static ScalarFunction leaky(double slope) {
    return X.combine(Combination.MIN, 0)
        .combine(Combination.MULTIPLY, slope)
        .combine(Combination.ADD, ScalarFunction.relu());
  }

  private static NetworkGraph graph(List<ScalarFunction> functions) {
    return new NetworkGraph(
        "one", "x", SHAPE, List.of(new FunctionNode("f", List.of("x"), SHAPE, functions)), "f");
  }

  private static float[] input() {
    float[] input = new float[SHAPE.elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (i % 41 - 20) / 2f;
    }
    return input;
  }

  private static String kinds(NetworkGraph graph) {
    return graph.nodes().stream().map(node -> node.kind().name()).collect(Collectors.joining(" "));
  }
}
