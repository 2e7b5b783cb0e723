// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Repeated elements, operands of different shapes, and reductions. */
class RepeatImportTest {
  private static final long SEED = 20261130;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"repeated", "broadcast", "reduced"})
  void shouldComputeWhatTheRuntimeComputes(String name, String nodes, TestModel model) {
    ShapeImportTest.check(nodes, model);
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }

  private static TestModel mean(long... axes) {
    return image().node("ReduceMean", "x -> m", ints("axes", axes));
  }

  static Stream<Arguments> repeated() {
    return Stream.of(
        arguments(
            "expanded mean",
            "AveragePool View",
            mean(2, 3).constants("s", 1, 4, 3, 2).node("Expand", "m s -> y")),
        arguments(
            "expanded by fewer dimensions, some as they are",
            "AveragePool View",
            mean(2, 3).constants("s", 1, 5).node("Expand", "m s -> y")),
        arguments(
            "tiles of channels and columns",
            "View",
            image().constants("s", 1, 2, 1, 3).node("Tile", "x s -> y")));
  }

  static Stream<Arguments> broadcast() {
    return Stream.of(
        arguments("sum with the mean", "", mean(2, 3).node("Add", "x m -> y")),
        arguments("mean less the tensor", "", mean(1).node("Sub", "m x -> y")),
        arguments(
            "both operands are repeated",
            "",
            mean(1).node("ReduceMean", "x -> n", ints("axes", 2, 3)).node("Add", "m n -> y")),
        arguments("product with one number for each place", "", mean(1).node("Mul", "x m -> y")),
        arguments("product with one number for each row", "", mean(3).node("Mul", "m x -> y")),
        arguments("larger of the tensor and its mean", "", mean(2, 3).node("Max", "x m -> y")),
        arguments("smaller of the tensor and its mean", "", mean(2, 3).node("Min", "m x -> y")),
        arguments(
            "mean of three tensors",
            "",
            image()
                .weights("w", 0.5, 4, 4, 1, 1)
                .node("Conv", "x w -> t")
                .node("GlobalAveragePool", "t -> g")
                .node("Mean", "x t g -> y")),
        arguments("mean of one tensor", "", image().node("Mean", "x -> t").node("Neg", "t -> y")));
  }

  static Stream<Arguments> reduced() {
    return Stream.of(
        arguments("smallest of rows", "", image().node("ReduceMin", "x -> y", ints("axes", 2))),
        arguments(
            "smallest with axes as an input",
            "",
            image()
                .opset(18)
                .constants("a", 1, 3)
                .node("ReduceMin", "x a -> y", integer("keepdims", 0))),
        arguments("sum of magnitudes", "", image().node("ReduceL1", "x -> y", ints("axes", 2, 3))),
        arguments(
            "sum of squares",
            "",
            image().node("ReduceSumSquare", "x -> y", ints("axes", 2, 3), integer("keepdims", 0))));
  }
}
