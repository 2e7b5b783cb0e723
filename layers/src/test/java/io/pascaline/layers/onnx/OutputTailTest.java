// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.graph.OutputTransform.Kind;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends of networks that the client computes, against ONNX Runtime. */
class OutputTailTest {
  private static final long SEED = 20261014;

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void shouldLeaveTheEndToTheClient(String form, OutputTransform transform, TestModel model) {
    NetworkGraph graph = RuntimeAgreement.check(model, SEED);

    assertEquals(transform, graph.outputTransform());
    assertEquals(1, graph.nodes().size());
  }

  static Stream<Arguments> ends() {
    OutputTransform perPixel = new OutputTransform(Kind.SOFTMAX, 5, 72);
    return Stream.of(
        arguments(
            "Softmax", new OutputTransform(Kind.SOFTMAX, 5, 1), dense().node("Softmax", "t -> y")),
        arguments(
            "LogSoftmax, then Identity",
            new OutputTransform(Kind.LOG_SOFTMAX, 5, 1),
            dense().node("LogSoftmax", "t -> p", integer("axis", 1)).node("Identity", "p -> y")),
        arguments(
            "Sigmoid, then Reshape",
            OutputTransform.elementwise(Kind.SIGMOID),
            dense().node("Sigmoid", "t -> p").constants("s", -1, 5, 1).node("Reshape", "p s -> y")),
        arguments(
            "Softmax over channels",
            perPixel,
            image().node("Softmax", "t -> y", integer("axis", 1))),
        arguments(
            "Softmax over channels, counted from behind",
            perPixel,
            image().node("Softmax", "t -> y", integer("axis", -3))),
        arguments(
            "Softmax of an old file, over all from the axis on",
            new OutputTransform(Kind.SOFTMAX, 360, 1),
            image().opset(11).node("Softmax", "t -> y")));
  }

  @Test
  void shouldLeaveTheLargestPlaceToTheClient() {
    TestModel model =
        dense()
            .node("ArgMax", "t -> p", integer("axis", 1), integer("keepdims", 0))
            .node("Identity", "p -> y");

    NetworkGraph graph = OnnxImporter.read(model.bytes(), "test");

    assertEquals(new OutputTransform(Kind.ARG_MAX, 5, 1), graph.outputTransform());
    assertEquals("t", graph.outputName());
    // What a report compares with ends before the transform as well.
    byte[] logits = OnnxFile.withoutTransform(model.bytes());
    assertEquals(OutputTransform.NONE, RuntimeAgreement.check(logits, SEED).outputTransform());
  }

  @Test
  void shouldPassOverWhatMovesNoLargestPlace() {
    OutputTransform largest = new OutputTransform(Kind.ARG_MAX, 5, 1);
    TestModel softmax = dense().node("Softmax", "t -> p").node("Identity", "p -> q");
    TestModel sigmoid = dense().node("Sigmoid", "t -> q");

    for (TestModel before : new TestModel[] {softmax, sigmoid}) {
      TestModel model = before.node("ArgMax", "q -> y", integer("axis", 1));
      NetworkGraph graph = OnnxImporter.read(model.bytes(), "test");
      assertEquals(largest, graph.outputTransform());
      assertEquals("t", graph.outputName());
      byte[] logits = OnnxFile.withoutTransform(model.bytes());
      assertEquals(OutputTransform.NONE, RuntimeAgreement.check(logits, SEED).outputTransform());
    }
    assertEquals(
        new OutputTransform(Kind.ARG_MIN, 5, 72),
        OnnxImporter.read(perPixel(1).bytes(), "test").outputTransform());
    refuse(perPixel(2), "another axis than the softmax", "same axis");
  }

  private static TestModel perPixel(long softmaxAxis) {
    return image()
        .node("Softmax", "t -> p", integer("axis", softmaxAxis))
        .node("ArgMin", "p -> y", integer("axis", 1));
  }

  @Test
  void shouldRefuseProbabilitiesAsIntegers() {
    for (int type : new int[] {7, 9}) {
      refuse(
          dense().node("Softmax", "t -> p").node("Cast", "p -> y", integer("to", type)),
          "Softmax",
          "last layer");
    }
    TestModel place = dense().node("ArgMax", "t -> p", integer("axis", 1));
    refuse(place.node("Cast", "p -> y", integer("to", 9)), "ArgMax", "last layer");
  }

  @Test
  void shouldKeepSigmoidsThatLayersRead() {
    TestModel model = dense().weights("v", 1, 5, 2).node("Sigmoid", "t -> p");

    NetworkGraph graph = RuntimeAgreement.check(model.node("MatMul", "p v -> y"), SEED);

    assertEquals(OutputTransform.NONE, graph.outputTransform());
    assertEquals(3, graph.nodes().size());
  }

  @Test
  void shouldRefuseSoftmaxInsideANetwork() {
    TestModel model = dense().weights("v", 1, 5, 2).node("Softmax", "t -> p");

    refuse(model.node("MatMul", "p v -> y"), "node 'Softmax_p' (Softmax): ", "last layer");
    refuse(dense().node("Softmax", "t -> y", integer("axis", 0)), "along the batch", "classes");
    refuse(
        new TestModel(SEED, 1, 5).node("Softmax", "x -> y"),
        "node 'Softmax_y' (Softmax): ",
        "last layer");
  }

  private static void refuse(TestModel model, String... parts) {
    String message =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"))
            .getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  private static TestModel dense() {
    return new TestModel(SEED, -1, 3).weights("w", 1, 3, 5).node("MatMul", "x w -> t");
  }

  private static TestModel image() {
    return new TestModel(SEED, -1, 4, 9, 8)
        .weights("w", 1, 5, 4, 3, 3)
        .node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1));
  }
}
