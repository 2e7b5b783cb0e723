// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.model.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equality of steps is a function; that of other numbers holds at single points only. */
class EqualityImportTest {
  private static final long SEED = 20261202;

  @ParameterizedTest
  @CsvSource({
    // Conditions.
    "left, right",
    "both, either",
    "neither, left",
    "left, one",
    // Whole numbers.
    "floor, one",
    "one, ceiling",
    "round, one",
    "twice, two"
  })
  void shouldBeAFunctionOfSteps(String first, String second) {
    NetworkGraph graph =
        RuntimeAgreement.check(chosenBy("Equal", "f" + first + " f" + second), SEED);

    assertEquals(1, graph.nodes().size());
    assertInstanceOf(FunctionNode.class, graph.nodes().get(0));
  }

  @ParameterizedTest
  @CsvSource({"left, right", "both, either", "left, neither"})
  void shouldDistinguishConditions(String first, String second) {
    RuntimeAgreement.check(chosenBy("Xor", first + " " + second), SEED);
  }

  @ParameterizedTest
  @CsvSource({
    "x, one",
    "one, x",
    "relu, one",
    "sign, one",
    "x, floor",
    "left, x",
    "floor, ceiling",
    "twice, round",
    "gap, one"
  })
  void shouldBeRefusedForRealNumbers(String first, String second) {
    assertRefused("Equal", "f" + first + " f" + second);
  }

  @Test
  void shouldRefuseToDistinguishRealNumbers() {
    assertRefused("Xor", "fx left");
  }

  @Test
  void shouldRefuseToCompareDifferentTensors() {
    TestModel model = chosenBy("Equal", "fleft other").weights("w", 1, 3, 3, 1, 1);
    model.graph().addNode(0, TestModel.proto("Conv", "x w -> other"));

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    assertTrue(refusal.getMessage().contains("combines different tensors"), refusal.getMessage());
  }

  private static void assertRefused(String operator, String inputs) {
    byte[] model = chosenBy(operator, inputs).bytes();

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model, "test"));

    assertEquals(
        "node '"
            + operator
            + "_c' ("
            + operator
            + "): compares real numbers, which are equal at single points only; compare with"
            + " Greater and Less",
        refusal.getMessage());
  }

  /** Conditions, and under names with an f before them, the same as floats. */
  private static TestModel chosenBy(String operator, String inputs) {
    TestModel model =
        new TestModel(SEED, 1, 3, 4, 5)
            .constant("low", -0.75)
            .constant("zero", 0)
            .constant("fone", 1)
            .constant("ftwo", 2)
            .node("Greater", "x low -> left")
            .node("LessOrEqual", "x zero -> right")
            .node("And", "left right -> both")
            .node("Or", "left right -> either")
            .node("Not", "both -> neither");
    for (String condition : new String[] {"left", "right", "both", "either", "neither"}) {
      model.node("Cast", condition + " -> f" + condition, TestModel.integer("to", 1));
    }
    return model
        .node("Identity", "x -> fx")
        .node("Relu", "x -> frelu")
        .node("Sign", "x -> fsign")
        .node("Floor", "x -> ffloor")
        .node("Ceil", "x -> fceiling")
        .node("Round", "x -> fround")
        .node("Mul", "ffloor ftwo -> ftwice")
        .node("Sub", "ffloor fceiling -> fgap")
        .node(operator, inputs + " -> c")
        .node("Where", "c x zero -> y");
  }
}
