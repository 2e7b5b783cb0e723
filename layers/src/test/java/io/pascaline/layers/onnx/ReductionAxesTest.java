// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.longs;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.onnx.model.ModelFormatException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reductions without axes, and with a list of axes that is empty. */
class ReductionAxesTest {
  private static final long SEED = 20261201;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ReduceMean",
        "ReduceSum",
        "ReduceMax",
        "ReduceMin",
        "ReduceL1",
        "ReduceSumSquare"
      })
  void shouldRefuseToReduceTheBatch(String operator) {
    assertRefused(model().node(operator, "x -> y"), operator);
    assertRefused(model().node(operator, "x -> y", ints("axes")), operator);
    assertRefused(empty().node(operator, "x none -> y"), operator);
  }

  private static void assertRefused(TestModel model, String operator) {
    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    String message = refusal.getMessage();
    assertTrue(message.startsWith("node '" + operator + "_y' ("), message);
    assertTrue(message.contains("reduces the batch; name the axes"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"})
  void shouldReduceNothingOnDemand(String operator) {
    for (String inputs : new String[] {"r -> t", "r none -> t"}) {
      TestModel model = empty().node("Relu", "x -> r");
      model.node(operator, inputs, integer("noop_with_empty_axes", 1)).node("Add", "t x -> y");

      RuntimeAgreement.check(model, SEED);
    }
  }

  private static TestModel empty() {
    return model().initializer(longs("none", new long[0], 0));
  }

  private static TestModel model() {
    return new TestModel(SEED, 1, 4, 9, 8).opset(18);
  }
}
