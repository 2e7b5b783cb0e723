// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.real;
import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of each element in the ways of writing them, against ONNX Runtime. */
class ActivationImportTest {
  private static final long SEED = 20261012;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"operators", "clips", "spelledOut", "choices"})
  void shouldBeOneFunction(String form, TestModel model) {
    assertEquals("Function", kinds(RuntimeAgreement.check(model, SEED)));
  }

  static Stream<Arguments> operators() {
    return Stream.of(
        unary("LeakyRelu", model().node("LeakyRelu", "x -> y", real("alpha", 0.1))),
        unary("LeakyRelu as by default", model().node("LeakyRelu", "x -> y")),
        unary("Elu", model().node("Elu", "x -> y", real("alpha", 0.75))),
        unary("Selu", model().node("Selu", "x -> y")),
        unary("Celu", model().node("Celu", "x -> y", real("alpha", 2))),
        unary("ThresholdedRelu", model().node("ThresholdedRelu", "x -> y", real("alpha", 0.5))),
        unary("Shrink", model().node("Shrink", "x -> y", real("bias", 0.25))),
        unary("HardSigmoid", model().node("HardSigmoid", "x -> y", real("alpha", 0.4))),
        unary("HardSwish", model().node("HardSwish", "x -> y")),
        unary("Mish", model().opset(18).node("Mish", "x -> y")),
        unary("Gelu", model().opset(20).node("Gelu", "x -> y")),
        unary(
            "Gelu by tanh", model().opset(20).node("Gelu", "x -> y", text("approximate", "tanh"))),
        unary("Sigmoid", model().node("Sigmoid", "x -> y")),
        unary("Tanh", model().node("Tanh", "x -> y")),
        unary("Softplus", model().node("Softplus", "x -> y")),
        unary("Softsign", model().node("Softsign", "x -> y")),
        unary("Erf", model().node("Erf", "x -> y")),
        unary("Exp", model().node("Exp", "x -> y")),
        unary("Abs", model().node("Abs", "x -> y")),
        unary("Sign", model().node("Sign", "x -> y")),
        unary("Atan", model().node("Atan", "x -> y")),
        unary("Sinh", model().node("Sinh", "x -> y")),
        unary("Cosh", model().node("Cosh", "x -> y")),
        unary("Asinh", model().node("Asinh", "x -> y")),
        unary("Acosh", positive().node("Add", "p half -> q").node("Acosh", "q -> y")),
        unary("Atanh", model().node("Tanh", "x -> t").node("Atanh", "t -> y")),
        unary("Floor", model().node("Floor", "x -> y")),
        unary("Ceil", model().node("Ceil", "x -> y")),
        unary("Round", model().node("Round", "x -> y")),
        unary("Log", positive().node("Log", "p -> y")),
        unary("Sqrt", positive().node("Sqrt", "p -> y")),
        unary("Reciprocal", positive().node("Reciprocal", "p -> y")),
        unary("Pow", positive().constant("e", 1.5).node("Pow", "p e -> y")),
        unary("Pow below zero", positive().constant("e", -2).node("Pow", "p e -> y")),
        unary("Pow of a constant", model().constant("two", 2).node("Pow", "two x -> y")),
        unary("Pow above the highest degree", model().constant("e", 9).node("Pow", "x e -> y")),
        unary("PRelu", model().weights("s", 1, 3, 1, 1).node("PRelu", "x s -> y")),
        unary("PRelu of one slope", model().weights("s", 1, 1).node("PRelu", "x s -> y")));
  }

  static Stream<Arguments> clips() {
    return Stream.of(
        unary(
            "Clip by attributes",
            model().opset(7).node("Clip", "x -> y", real("min", -0.5), real("max", 1))),
        unary(
            "Clip by inputs",
            model().scalar("low", 0).scalar("high", 1.5).node("Clip", "x low high -> y")),
        unary("Clip without a lower end", model().scalar("h", 1).node("Clip", "x _ h -> y")),
        unary("Clip above another number", model().scalar("l", -1).node("Clip", "x l -> y")),
        unary("Min", model().constant("c", 0.5).node("Min", "x c -> y")),
        unary(
            "Max of three",
            model().constant("c", -1).constant("d", -0.5).node("Max", "c x d -> y")),
        unary("Min per channel", model().weights("c", 1, 3, 1, 1).node("Min", "x c -> y")),
        unary(
            "largest of two lines",
            model().constant("c", 0.1).node("Mul", "x c -> t").node("Max", "x t -> y")),
        unary(
            "Relu and Min",
            model().constant("six", 1.5).node("Relu", "x -> r").node("Min", "r six -> y")));
  }

  static Stream<Arguments> spelledOut() {
    return Stream.of(
        unary("GELU of PyTorch", erfGelu("x x -> t", "t h -> y")),
        unary("GELU, halved first", erfGelu("x h -> t", "t x -> y")),
        unary(
            "GELU by tanh",
            model()
                .constant("three", 3)
                .constant("a", 0.044715)
                .constant("b", 0.7978845608)
                .constant("one", 1)
                .constant("h", 0.5)
                .node("Pow", "x three -> x3")
                .node("Mul", "a x3 -> ax3")
                .node("Add", "x ax3 -> s")
                .node("Mul", "b s -> bs")
                .node("Tanh", "bs -> t")
                .node("Add", "one t -> u")
                .node("Mul", "x h -> xh")
                .node("Mul", "xh u -> y")),
        unary("SiLU", model().node("Sigmoid", "x -> s").node("Mul", "x s -> y")),
        unary(
            "Mish",
            model().node("Softplus", "x -> s").node("Tanh", "s -> t").node("Mul", "x t -> y")),
        unary(
            "HardSwish by Clip",
            model()
                .constant("three", 3)
                .constant("six", 6)
                .scalar("zero", 0)
                .scalar("top", 6)
                .node("Add", "x three -> s")
                .node("Clip", "s zero top -> c")
                .node("Mul", "x c -> m")
                .node("Div", "m six -> y")),
        unary(
            "Softsign",
            model()
                .constant("one", 1)
                .node("Abs", "x -> a")
                .node("Add", "one a -> s")
                .node("Div", "x s -> y")),
        unary(
            "Softplus",
            model()
                .constant("one", 1)
                .node("Exp", "x -> e")
                .node("Add", "e one -> s")
                .node("Log", "s -> y")),
        unary(
            "sigmoid by Exp",
            model()
                .constant("one", 1)
                .node("Neg", "x -> n")
                .node("Exp", "n -> e")
                .node("Add", "one e -> s")
                .node("Div", "one s -> y")),
        unary(
            "SiLU with a slope per channel",
            model()
                .weights("b", 1, 1, 3, 1, 1)
                .node("Mul", "x b -> t")
                .node("Sigmoid", "t -> s")
                .node("Mul", "x s -> y")),
        unary("x + sigmoid(x)", model().node("Sigmoid", "x -> s").node("Add", "x s -> y")),
        unary("x cos(x)", model().node("Cos", "x -> c").node("Mul", "c x -> y")));
  }

  static Stream<Arguments> choices() {
    return Stream.of(
        unary(
            "Where",
            model()
                .constant("zero", 0)
                .constant("tenth", 0.1)
                .node("Greater", "x zero -> c")
                .node("Mul", "x tenth -> t")
                .node("Where", "c x t -> y")),
        unary(
            "between",
            model()
                .constant("a", -1)
                .constant("b", 1)
                .node("LessOrEqual", "x b -> lower")
                .node("GreaterOrEqual", "x a -> upper")
                .node("And", "lower upper -> both")
                .node("Not", "both -> neither")
                .node("Where", "neither x a -> y")),
        unary(
            "Xor",
            model()
                .constant("a", -1)
                .constant("b", 1)
                .node("Less", "x b -> lower")
                .node("Greater", "x a -> upper")
                .node("Xor", "lower upper -> either")
                .node("Where", "either x a -> y")),
        unary(
            "outside",
            model()
                .constant("a", -1)
                .constant("b", 1)
                .node("Less", "x a -> lower")
                .node("Greater", "x b -> upper")
                .node("Or", "lower upper -> either")
                .node("Cast", "either -> f", TestModel.integer("to", 1))
                .node("Mul", "f x -> y")));
  }

  @Test
  void shouldApplySlopesThatVaryWithinAChannel() {
    TestModel columns = model().weights("s", 1, 5).node("PRelu", "x s -> y");
    TestModel elements = model().weights("s", 1, 3, 4, 5).node("PRelu", "x s -> y");

    assertEquals("View Function View", kinds(check(columns)));
    assertEquals("Reshape Function Reshape", kinds(check(elements)));
  }

  @Test
  void shouldTakeClipFromZeroForRelu() {
    assertEquals("Relu", kinds(check(model().scalar("z", 0).node("Clip", "x z -> y"))));
    assertEquals("Relu", kinds(check(model().opset(7).node("Clip", "x -> y", real("min", 0)))));
    assertEquals(
        "Relu",
        kinds(
            check(
                model()
                    .scalar("z", 0)
                    .scalar("max", Float.MAX_VALUE)
                    .node("Clip", "x z max -> y"))));
    assertEquals("Relu", kinds(check(model().constant("z", 0).node("Max", "x z -> y"))));
  }

  @Test
  void shouldKeepReluExactBetweenOtherOperators() {
    TestModel model = model().constant("c", 0.5).constant("d", 2);
    model.node("Add", "x c -> s").node("Relu", "s -> r").node("Mul", "r d -> t");

    assertEquals("Affine Relu Affine Add", kinds(check(model.node("Add", "t x -> y"))));
    assertEquals(
        "Relu Activation", kinds(check(model().node("Relu", "x -> r").node("Mul", "r r -> y"))));
  }

  @Test
  void shouldKeepShiftsPerChannelOutOfTheFunction() {
    TestModel model = model().weights("c", 1, 3, 1, 1).node("Add", "x c -> s");

    NetworkGraph graph = check(model.node("Tanh", "s -> t").node("Mul", "t c -> y"));

    assertEquals("Affine Function Affine", kinds(graph));
    assertEquals(1, ((FunctionNode) graph.nodes().get(1)).functions().size());
  }

  @Test
  void shouldAddCosinesWithoutACommonPeriod() {
    TestModel model = model().constant("r", Math.sqrt(2)).node("Mul", "x r -> rx");
    model.node("Cos", "rx -> c").node("Cos", "x -> d").node("Add", "c d -> y");

    assertEquals("Activation Activation Add", kinds(check(model)));
  }

  @Test
  void shouldMakeAFunctionOnceForAllWhoReadIt() {
    TestModel model = model().weights("w", 0.5, 3, 3, 1, 1).node("Sigmoid", "x -> s");
    model.node("Conv", "s w -> c").node("Add", "c s -> y");

    assertEquals("Function Linear Add", kinds(check(model)));
  }

  @Test
  void shouldComputeMaximaOfTensorsThatHaveNothingInCommon() {
    TestModel model = model().weights("w", 0.5, 3, 3, 1, 1).node("Conv", "x w -> c");

    assertEquals("Linear Add Relu Add", kinds(check(model.node("Max", "c x -> y"))));
    TestModel smaller = model().weights("w", 0.5, 3, 3, 1, 1).node("Conv", "x w -> c");
    check(smaller.node("Min", "c x -> y"));
  }

  @Test
  void shouldSubtractAMeanPicture() {
    TestModel model = model().weights("mean", 1, 3, 4, 5).weights("std", 2, 1, 5);
    model.node("Sub", "x mean -> d").node("Mul", "d std -> y");

    assertEquals("Reshape Affine Reshape View Affine View", kinds(check(model)));
  }

  @Test
  void shouldStayNumbersFarFromZero() {
    for (String operator :
        new String[] {"Sigmoid", "Softplus", "Mish", "HardSwish", "Elu", "Tanh"}) {
      NetworkGraph graph =
          OnnxImporter.read(model().opset(18).node(operator, "x -> y").bytes(), "test");
      FunctionNode node = (FunctionNode) graph.nodes().get(0);
      for (double x : new double[] {-1e38, -1e5, -800, 800, 1e5, 1e38}) {
        assertTrue(Double.isFinite(node.function(0).value(x)), operator + " of " + x);
      }
    }
  }

  @Test
  void shouldBoundTheSizeOfAFunction() {
    TestModel model = model().node("Exp", "x -> t0");
    for (int i = 0; i < 40; i++) {
      model.node("Mul", "t" + i + " t" + i + " -> s" + i).node("Tanh", "s" + i + " -> t" + (i + 1));
    }

    NetworkGraph graph = OnnxImporter.read(model.node("Neg", "t40 -> y").bytes(), "test");

    assertTrue(graph.nodes().size() < 20, graph.nodes().size() + " nodes");
  }

  private static Arguments unary(String form, TestModel model) {
    return arguments(form, model);
  }

  private static TestModel erfGelu(String first, String last) {
    return model()
        .constant("root", Math.sqrt(2))
        .constant("one", 1)
        .constant("h", 0.5)
        .node("Div", "x root -> d")
        .node("Erf", "d -> e")
        .node("Add", "e one -> s")
        .node("Mul", first.replace("x x -> t", "x s -> t"))
        .node("Mul", first.contains("h") ? last.replace("t x", "t s") : last);
  }

  private static NetworkGraph check(TestModel model) {
    return RuntimeAgreement.check(model, SEED);
  }

  private static TestModel model() {
    return new TestModel(SEED, -1, 3, 4, 5);
  }

  /** Returns a model with a tensor {@code p} above 1/2. */
  private static TestModel positive() {
    return model().constant("half", 0.5).node("Abs", "x -> a").node("Add", "a half -> p");
  }

  private static String kinds(NetworkGraph graph) {
    return graph.nodes().stream()
        .map(node -> node.getClass().getSimpleName().replace("Node", ""))
        .collect(Collectors.joining(" "));
  }
}
