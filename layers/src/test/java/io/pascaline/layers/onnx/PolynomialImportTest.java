// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Polynomials in the ways of writing them, against ONNX Runtime and against their coefficients. */
class PolynomialImportTest {
  private static final long SEED = 20260102;

  /** Sums of few powers of two, so that coefficients come out exactly. */
  private static final double[] QUARTIC = {0.3125, 0.5, 0.15625, 0.25, 0.0625};

  private static final double[] SQUARE = {0, 0, 1};

  @ParameterizedTest(name = "{0}")
  @MethodSource({"forms", "constantForms"})
  void shouldRecogniseOnePolynomial(String form, double[] coefficients, TestModel model) {
    NetworkGraph graph = RuntimeAgreement.check(model, SEED);

    assertEquals("Activation", kinds(graph));
    assertEquals("y", graph.outputName());
    assertEquals(new PolynomialBasis(coefficients), basis(graph.nodes().get(0)));
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        arguments("Horner", QUARTIC, horner(model(), "x", "y", QUARTIC)),
        arguments(
            "powers by Pow",
            QUARTIC,
            terms(
                model()
                    .constant("two", 2)
                    .constant("three", 3)
                    .constant("four", 4)
                    .node("Pow", "x two -> x2")
                    .node("Pow", "x three -> x3")
                    .node("Pow", "x four -> x4"))),
        arguments(
            "powers by products",
            QUARTIC,
            terms(
                model()
                    .node("Mul", "x x -> x2")
                    .node("Mul", "x2 x -> x3")
                    .node("Mul", "x2 x2 -> x4"))),
        arguments(
            "factored",
            new double[] {2, 3.5, 2.25, 1, 0.25},
            model()
                .constant("one", 1)
                .constant("two", 2)
                .constant("four", 4)
                .constant("quarter", 0.25)
                .node("Add", "x one -> f")
                .node("Add", "two x -> g")
                .node("Mul", "x x -> x2")
                .node("Add", "x2 x -> h")
                .node("Add", "h four -> k")
                .node("Mul", "f g -> fg")
                .node("Mul", "fg k -> fgk")
                .node("Mul", "fgk quarter -> y")),
        arguments(
            "half factored with a quotient and a difference",
            new double[] {3, -0.5, -0.25},
            model()
                .constant("four", 4)
                .constant("two", 2)
                .constant("three", 3)
                .node("Add", "x two -> f")
                .node("Mul", "x f -> g")
                .node("Div", "g four -> h")
                .node("Sub", "three h -> y")),
        arguments(
            "negated and added to its argument",
            new double[] {0, 1, -1},
            model().node("Mul", "x x -> x2").node("Neg", "x2 -> n").node("Add", "n x -> y")),
        arguments(
            "argument scaled and shifted first",
            new double[] {1, 1, 0.25},
            model()
                .constant("half", 0.5)
                .constant("one", 1)
                .node("Mul", "x half -> t")
                .node("Add", "t one -> u")
                .node("Mul", "u u -> y")),
        arguments("highest degree", power(8), model().constant("e", 8).node("Pow", "x e -> y")));
  }

  static Stream<Arguments> constantForms() {
    return Stream.of(
        arguments("square", SQUARE, model().node("Mul", "x x -> y")),
        arguments(
            "integer exponent",
            SQUARE,
            model()
                .node("Constant", "-> two", tensor("value", TestModel.longs("", new long[] {2})))
                .node("Pow", "x two -> y")),
        arguments(
            "initializer by way of Identity",
            new double[] {0, 0, 0.5},
            model()
                .weightsIn("half", 0.5, 0.5, 1)
                .node("Identity", "half -> h")
                .node("Mul", "x x -> x2")
                .node("Mul", "x2 h -> y")),
        arguments(
            "constant cast from double",
            new double[] {0, 0, 0.75},
            model()
                .node("Constant", "-> c", tensor("value", doubleScalar(0.75)))
                .node("Cast", "c -> f", integer("to", 1))
                .node("Mul", "x x -> x2")
                .node("Mul", "f x2 -> y")),
        arguments(
            "constants computed from constants",
            new double[] {0, 0, 0.375},
            model()
                .constant("a", 0.75)
                .constant("b", 2)
                .node("Div", "a b -> c")
                .node("Mul", "x x -> x2")
                .node("Mul", "x2 c -> y")),
        arguments(
            "one number per channel, all alike",
            new double[] {0, 0, 0.5},
            model()
                .weightsIn("half", 0.5, 0.5, 1, 3, 1, 1)
                .node("Mul", "half x -> t")
                .node("Mul", "t x -> y")));
  }

  @Test
  void shouldKeepResidualSumsApartFromPolynomials() {
    TestModel model = model().weights("w", 0.25, 3, 3, 3, 3);
    model.node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1)).node("Add", "t x -> s");

    NetworkGraph graph = RuntimeAgreement.check(horner(model, "s", "y", QUARTIC), SEED);

    assertEquals("Linear Add Activation", kinds(graph));
  }

  @Test
  void shouldAddPolynomialsOfDifferentTensors() {
    TestModel model = model().weights("w", 0.25, 3, 3, 3, 3);
    model.node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1)).node("Mul", "x x -> x2");

    NetworkGraph graph =
        RuntimeAgreement.check(horner(model, "t", "a", QUARTIC).node("Add", "x2 a -> y"), SEED);

    assertEquals("Linear Activation Activation Add", kinds(graph));
  }

  @Test
  void shouldMakeAnActivationOnceForAllWhoReadIt() {
    TestModel model = model().weights("v", 0.25, 3, 3, 1, 1).weights("w", 0.25, 3, 3, 1, 1);
    model.node("Conv", "x v -> t");
    horner(model, "t", "a", QUARTIC).node("Conv", "a w -> b").node("Add", "b a -> c");

    NetworkGraph graph = RuntimeAgreement.check(horner(model, "c", "y", SQUARE), SEED);

    assertEquals("Linear Activation Linear Add Activation", kinds(graph));
  }

  @Test
  void shouldCutCompositionsAboveTheHighestDegree() {
    double[] cubic = {0.25, 0.5, 0, 0.125};
    TestModel model = horner(model(), "x", "a", cubic);

    NetworkGraph graph = RuntimeAgreement.check(horner(model, "a", "y", cubic), SEED);

    assertEquals("Activation Activation", kinds(graph));
    assertEquals(new PolynomialBasis(cubic), basis(graph.nodes().get(0)));
    assertEquals(new PolynomialBasis(cubic), basis(graph.nodes().get(1)));
  }

  @Test
  void shouldShiftAnActivationWithoutRepeatingIt() {
    TestModel model = horner(model(), "x", "a", QUARTIC).weights("w", 0.25, 3, 3, 1, 1);
    model.node("Conv", "a w -> b").constant("one", 1).node("Add", "a one -> c");

    NetworkGraph graph = RuntimeAgreement.check(model.node("Add", "b c -> y"), SEED);

    assertEquals("Activation Linear Affine Add", kinds(graph));
  }

  @Test
  void shouldLeaveOutPolynomialsThatNobodyReads() {
    TestModel model = horner(model(), "x", "unused", QUARTIC).node("Neg", "x -> y");

    assertEquals("Affine", kinds(RuntimeAgreement.check(model, SEED)));
  }

  @Test
  void shouldTakeAConstantPerChannelBeforeAPolynomial() {
    TestModel model = model().weights("c", 1, 3, 1, 1).node("Mul", "x c -> t");

    NetworkGraph graph = RuntimeAgreement.check(horner(model, "t", "y", QUARTIC), SEED);

    assertEquals("Affine Activation", kinds(graph));
  }

  @Test
  void shouldReachThroughALongChainOfSquares() {
    TestModel model = model().constant("third", 0.3);
    model.node("Mul", "x third -> t0");
    for (int i = 0; i < 9; i++) {
      model.node("Mul", "t" + i + " t" + i + " -> t" + (i + 1));
    }

    NetworkGraph graph = OnnxImporter.read(model.node("Neg", "t9 -> y").bytes(), "test");

    assertEquals("Activation Activation Activation", kinds(graph));
  }

  private static TestModel model() {
    return new TestModel(SEED, -1, 3, 4, 5);
  }

  private static String kinds(NetworkGraph graph) {
    StringBuilder kinds = new StringBuilder();
    for (GraphNode node : graph.nodes()) {
      kinds.append(kinds.isEmpty() ? "" : " ").append(node.getClass().getSimpleName());
    }
    return kinds.toString().replace("Node", "");
  }

  private static PolynomialBasis basis(GraphNode node) {
    return (PolynomialBasis) ((ActivationNode) node).basis();
  }

  private static double[] power(int exponent) {
    double[] coefficients = new double[exponent + 1];
    coefficients[exponent] = 1;
    return coefficients;
  }

  private static TensorProto doubleScalar(double value) {
    return TensorProto.newBuilder()
        .setDataType(TensorProto.DataType.DOUBLE_VALUE)
        .addDoubleData(value)
        .build();
  }

  /** Returns the quartic as a sum of terms, given tensors x2, x3 and x4. */
  private static TestModel terms(TestModel model) {
    for (int i = 0; i < QUARTIC.length; i++) {
      model.constant("a" + i, QUARTIC[i]);
    }
    return model
        .node("Mul", "a1 x -> t1")
        .node("Mul", "x2 a2 -> t2")
        .node("Mul", "a3 x3 -> t3")
        .node("Mul", "x4 a4 -> t4")
        .node("Add", "t1 a0 -> s1")
        .node("Add", "t2 t3 -> s2")
        .node("Add", "s1 s2 -> s3")
        .node("Add", "s3 t4 -> y");
  }

  private static TestModel horner(
      TestModel model, String input, String output, double... coefficients) {
    int degree = coefficients.length - 1;
    String sum = output + "a" + degree;
    model.constant(sum, coefficients[degree]);
    for (int power = degree - 1; power >= 0; power--) {
      String constant = output + "a" + power;
      String product = output + "p" + power;
      String next = power == 0 ? output : output + "s" + power;
      model
          .constant(constant, coefficients[power])
          .node("Mul", sum + " " + input + " -> " + product)
          .node("Add", product + " " + constant + " -> " + next);
      sum = next;
    }
    return model;
  }
}
