// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Model-local functions. */
class FunctionImportTest {
  private static final long SEED = 20260103;
  private static final double[] PUBLISHED = {0.31445312, 0.5, 0.15625, 0, -0.00292969};

  @Test
  void shouldReadThePolynomialFunctionAsOneActivationEach() {
    TestModel model =
        new TestModel(SEED, -1, 3, 4, 4)
            .function(PolynomialFunction.definition(4, 17))
            .weights("w", 0.25, 3, 3, 1, 1)
            .node(PolynomialFunction.call("first", "x", "a", 4, PUBLISHED))
            .node("Conv", "a w -> b")
            .node(PolynomialFunction.call("second", "b", "y", 4, 0.25, 0.5, 0.125));

    NetworkGraph graph = RuntimeAgreement.check(model, SEED);

    assertEquals(3, graph.nodes().size());
    assertEquals(rounded(PUBLISHED), ((ActivationNode) graph.nodes().get(0)).basis());
    assertEquals(
        new PolynomialBasis(0.25, 0.5, 0.125), ((ActivationNode) graph.nodes().get(2)).basis());
  }

  @Test
  void shouldResolveDefaultsAndAttributesOfNestedFunctions() {
    FunctionProto inner =
        function("Scale", List.of("u"), List.of("v"))
            .addAttributeProto(TestModel.real("factor", 3))
            .addNode(TestModel.proto("Constant", "-> f", reference("value_float", "factor")))
            .addNode(TestModel.proto("Mul", "u f -> v"))
            .build();
    FunctionProto outer =
        function("Twice", List.of("x"), List.of("y"))
            .addAttribute("second")
            .addNode(TestModel.proto("test.Scale", "x -> f"))
            .addNode(TestModel.proto("test.Scale", "f -> y", reference("factor", "second")))
            .build();
    TestModel model =
        new TestModel(SEED, -1, 3, 4, 4)
            .function(inner)
            .node("test.Twice", "x -> t", TestModel.real("second", 0.5))
            .node("test.Twice", "t -> y", TestModel.real("second", 2));
    model.model().addFunctions(outer);

    NetworkGraph graph = RuntimeAgreement.check(model, SEED);

    assertEquals(1, graph.nodes().size());
    assertEquals(9f, ((AffineNode) graph.nodes().get(0)).scalePerChannel()[0]);
  }

  @Test
  void shouldPassTensorsThroughFunctions() {
    FunctionProto function =
        function("Both", List.of("x", "z"), List.of("x", "sum"))
            .addNode(TestModel.proto("Add", "x z -> sum"))
            .build();
    TestModel model =
        new TestModel(SEED, -1, 3, 4, 4)
            .function(function)
            .constant("one", 1)
            .node("test.Both", "x one -> same sum")
            .node("Mul", "same sum -> y");

    NetworkGraph graph = OnnxImporter.read(model.bytes(), "test");

    assertEquals(new PolynomialBasis(0, 1, 1), ((ActivationNode) graph.nodes().get(0)).basis());
  }

  @Test
  void shouldRefuseFunctionsThatCallThemselves() {
    FunctionProto function =
        function("Loop", List.of("x"), List.of("y"))
            .addNode(TestModel.proto("test.Loop", "x -> y"))
            .addNode(TestModel.proto("test.Loop", "x -> z"))
            .build();
    TestModel model = new TestModel(SEED, -1, 4).function(function).node("test.Loop", "x -> y");

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    assertTrue(refusal.getMessage().contains("deep"), refusal.getMessage());
  }

  @Test
  void shouldRefuseFunctionsThatMultiply() {
    TestModel model = new TestModel(SEED, -1, 4);
    model.function(
        function("F0", List.of("x"), List.of("y"))
            .addNode(TestModel.proto("Neg", "x -> y"))
            .build());
    for (int depth = 1; depth <= 15; depth++) {
      FunctionProto.Builder function = function("F" + depth, List.of("x"), List.of("a"));
      for (String output : new String[] {"a", "b", "c", "d"}) {
        function.addNode(TestModel.proto("test.F" + (depth - 1), "x -> " + output));
      }
      model.model().addFunctions(function);
    }
    model.node("test.F15", "x -> y");

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    assertTrue(refusal.getMessage().contains("nodes"), refusal.getMessage());
  }

  private static PolynomialBasis rounded(double... coefficients) {
    double[] floats = coefficients.clone();
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) floats[i];
    }
    return new PolynomialBasis(floats);
  }

  private static FunctionProto.Builder function(
      String name, List<String> inputs, List<String> outputs) {
    return FunctionProto.newBuilder()
        .setDomain("test")
        .setName(name)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("test").setVersion(1))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
  }

  private static AttributeProto reference(String attribute, String of) {
    return AttributeProto.newBuilder()
        .setName(attribute)
        .setRefAttrName(of)
        .setType(AttributeType.FLOAT)
        .build();
  }
}
