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

/** Weights that exporters write as computations of constants. */
class ComputedWeightsTest {
  private static final long SEED = 20261201;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"normalised", "constants"})
  void shouldComputeWhatTheRuntimeComputes(String name, String nodes, TestModel model) {
    ShapeImportTest.check(nodes, model);
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }

  static Stream<Arguments> normalised() {
    return Stream.of(
        arguments(
            "weight normalisation",
            "Linear",
            image()
                .weights("v", 0.5, 5, 4, 3, 3)
                .weightsIn("g", 0.5, 1.5, 5, 1, 1, 1)
                .node("ReduceL2", "v -> n", ints("axes", 1, 2, 3), integer("keepdims", 1))
                .node("Div", "v n -> u")
                .node("Mul", "u g -> w")
                .node("Conv", "x w -> y")),
        arguments(
            "weight standardisation",
            "Linear",
            image()
                .weights("v", 0.5, 5, 4, 3, 3)
                .node("ReduceMean", "v -> m", ints("axes", 1, 2, 3))
                .node("Sub", "v m -> c")
                .node("ReduceSumSquare", "c -> q", ints("axes", 1, 2, 3))
                .node("Sqrt", "q -> s")
                .node("Div", "c s -> w")
                .node("Conv", "x w -> y")));
  }

  static Stream<Arguments> constants() {
    return Stream.of(
        arguments(
            "factorised matrix",
            "Linear",
            new TestModel(SEED, -1, 10)
                .weights("a", 0.5, 10, 3)
                .weights("b", 0.5, 3, 6)
                .node("MatMul", "a b -> w")
                .node("MatMul", "x w -> y")),
        arguments(
            "transposed factors with a shift",
            "Linear",
            new TestModel(SEED, -1, 10)
                .weights("a", 0.5, 3, 10)
                .weights("b", 0.5, 6, 3)
                .weights("c", 0.5, 6)
                .node(
                    "Gemm",
                    "a b c -> w",
                    integer("transA", 1),
                    integer("transB", 1),
                    TestModel.real("alpha", 0.5),
                    TestModel.real("beta", 2))
                .node("MatMul", "x w -> y")),
        arguments(
            "tiled weights",
            "Linear",
            new TestModel(SEED, -1, 10)
                .weights("a", 0.5, 5, 3)
                .constants("times", 2, 3)
                .node("Tile", "a times -> w")
                .node("MatMul", "x w -> y")),
        arguments(
            "flattened by a computed size",
            "Reshape Linear",
            new TestModel(SEED, -1, 2, 4, 4)
                .opset(15)
                .node("Shape", "x -> s", integer("start", 1))
                .node("ReduceProd", "s -> p", integer("keepdims", 1))
                .constants("batch", -1)
                .node("Concat", "batch p -> shape", integer("axis", 0))
                .node("Reshape", "x shape -> flat")
                .weights("w", 0.5, 32, 3)
                .node("MatMul", "flat w -> y")),
        arguments(
            "extremes of constants",
            "Affine",
            image()
                .weights("k", 1, 4, 7)
                .node("ReduceMax", "k -> most", ints("axes", 1), integer("keepdims", 0))
                .node("ReduceMin", "k -> least", ints("axes", 0, 1))
                .node("ReduceL1", "k -> sum", ints("axes", 0, 1))
                .constants("shape", 4, 1, 1)
                .node("Reshape", "most shape -> perChannel")
                .node("Mul", "x perChannel -> t")
                .node("Add", "t least -> u")
                .node("Div", "u sum -> y")));
  }
}
