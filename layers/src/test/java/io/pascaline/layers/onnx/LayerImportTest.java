// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.real;
import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every supported layer, in the ways in which exporters write it, against ONNX Runtime. */
class LayerImportTest {
  private static final long SEED = 20260101;

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "convolutions",
    "matrices",
    "normalisations",
    "pools",
    "comparisons",
    "shapes",
    "sums",
    "products"
  })
  void shouldComputeWhatTheRuntimeComputes(String name, String nodes, TestModel model) {
    StringBuilder kinds = new StringBuilder();
    for (GraphNode node : RuntimeAgreement.check(model, SEED).nodes()) {
      kinds.append(kinds.isEmpty() ? "" : " ").append(node.getClass().getSimpleName());
    }

    assertEquals(nodes, kinds.toString().replace("Node", ""));
  }

  private static TestModel convolution(AttributeProto... attributes) {
    return image().weights("w", 0.5, 6, 4, 3, 3).node("Conv", "x w -> y", attributes);
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }

  private static TestModel vector() {
    return new TestModel(SEED, -1, 10);
  }

  static Stream<Arguments> convolutions() {
    return Stream.of(
        arguments("convolution", "Linear", convolution()),
        arguments(
            "convolution with bias",
            "Linear",
            image()
                .weights("w", 0.5, 6, 4, 3, 3)
                .weights("b", 1, 6)
                .node("Conv", "x w b -> y", ints("kernel_shape", 3, 3))),
        arguments("strides", "Linear", convolution(ints("strides", 2, 3))),
        arguments("even pads", "Linear", convolution(ints("pads", 1, 1, 1, 1))),
        arguments("uneven pads", "Linear", convolution(ints("pads", 2, 0, 1, 3))),
        arguments("dilation", "Linear", convolution(ints("dilations", 2, 3))),
        arguments(
            "same upper",
            "Linear",
            convolution(text("auto_pad", "SAME_UPPER"), ints("strides", 2, 2))),
        arguments(
            "same lower",
            "Linear",
            convolution(text("auto_pad", "SAME_LOWER"), ints("strides", 2, 2))),
        arguments("valid", "Linear", convolution(text("auto_pad", "VALID"))),
        arguments(
            "groups",
            "Linear",
            image()
                .weights("w", 0.5, 6, 2, 3, 3)
                .node("Conv", "x w -> y", integer("group", 2), ints("pads", 1, 1, 1, 1))),
        arguments(
            "depthwise, strided, padded and dilated",
            "Linear",
            image()
                .weights("w", 0.5, 8, 1, 3, 2)
                .node(
                    "Conv",
                    "x w -> y",
                    integer("group", 4),
                    ints("strides", 2, 1),
                    ints("dilations", 2, 2),
                    ints("pads", 3, 1, 0, 2))),
        arguments(
            "zero pad before a padded convolution",
            "Linear",
            image()
                .weights("w", 0.5, 6, 4, 3, 3)
                .constants("p", 0, 0, 1, 2, 0, 0, 0, 1)
                .node("Pad", "x p -> padded")
                .node("Conv", "padded w -> y", ints("pads", 0, 1, 1, 0))),
        arguments(
            "pad as an attribute, before opset 11",
            "Linear",
            image()
                .opset(10)
                .weights("w", 0.5, 6, 4, 3, 3)
                .node("Pad", "x -> padded", ints("pads", 0, 0, 1, 1, 0, 0, 1, 1))
                .node("Conv", "padded w -> y")),
        arguments(
            "pad with axes, since opset 18",
            "Linear",
            image()
                .opset(18)
                .weights("w", 0.5, 6, 4, 3, 3)
                .constants("p", 2, 1, 0, 1)
                .constants("axes", -1, 2)
                .node("Pad", "x p _ axes -> padded")
                .node("Conv", "padded w -> y")),
        arguments(
            "two convolutions",
            "Linear Linear",
            image()
                .weights("w", 0.5, 6, 4, 3, 3)
                .weights("v", 0.5, 5, 6, 1, 1)
                .node("Conv", "x w -> t")
                .node("Conv", "t v -> y")));
  }

  static Stream<Arguments> matrices() {
    return Stream.of(
        arguments(
            "gemm as PyTorch writes it",
            "Linear",
            vector()
                .weights("w", 0.5, 7, 10)
                .weights("b", 1, 7)
                .node(
                    "Gemm", "x w b -> y", real("alpha", 1), real("beta", 1), integer("transB", 1))),
        arguments(
            "gemm with factors",
            "Linear",
            vector()
                .weights("w", 0.5, 10, 7)
                .weights("b", 1, 1, 7)
                .node("Gemm", "x w b -> y", real("alpha", 0.3), real("beta", 1.7))),
        arguments(
            "gemm with one bias for all",
            "Linear",
            vector().weights("w", 0.5, 10, 7).weights("b", 1, 1).node("Gemm", "x w b -> y")),
        arguments("weights among the inputs, as before IR 4", "Linear", weightsAmongInputs()),
        arguments(
            "opset 7",
            "Reshape Linear",
            new TestModel(SEED, 1, 2, 5)
                .opset(7)
                .constants("s", 1, -1)
                .weights("w", 0.5, 10, 7)
                .weights("b", 1, 7)
                .node("Reshape", "x s -> t")
                .node("Gemm", "t w b -> y")),
        arguments(
            "gemm without bias",
            "Linear",
            vector().weights("w", 0.5, 10, 7).node("Gemm", "x w -> y")),
        arguments(
            "product and sum",
            "Linear",
            vector()
                .weights("w", 0.5, 10, 7)
                .weights("b", 1, 7)
                .node("MatMul", "x w -> t")
                .node("Add", "b t -> y")),
        arguments(
            "matrix on the left of lines",
            "View Reshape Linear Reshape View",
            new TestModel(SEED, -1, 3, 5, 4).weights("w", 0.5, 1, 6, 5).node("MatMul", "w x -> y")),
        arguments(
            "product with transposed weights",
            "Linear",
            vector()
                .weights("w", 0.5, 7, 10)
                .node("Transpose", "w -> wt", ints("perm", 1, 0))
                .node("MatMul", "x wt -> y")));
  }

  private static TestModel weightsAmongInputs() {
    TestModel model = vector().weights("w", 0.5, 10, 7).node("MatMul", "x w -> y");
    model.graph().addInput(0, TestModel.value("w", TensorProto.DataType.FLOAT, 10, 7));
    return model;
  }

  @Test
  void shouldImportModelsInDoublePrecision() {
    TestModel model = new TestModel(SEED, 1, 2);
    model
        .initializer(
            TensorProto.newBuilder()
                .setName("w")
                .addAllDims(List.of(2L, 1L))
                .setDataType(TensorProto.DataType.DOUBLE_VALUE)
                .addDoubleData(0.5)
                .addDoubleData(-2)
                .build())
        .node("MatMul", "x w -> y")
        .graph()
        .setInput(0, TestModel.value("x", TensorProto.DataType.DOUBLE, 1, 2));

    NetworkGraph graph = OnnxImporter.read(model.bytes(), "test");

    assertArrayEquals(new float[] {0.5f, -2}, ((LinearNode) graph.nodes().get(0)).weights());
  }

  static Stream<Arguments> normalisations() {
    return Stream.of(
        arguments(
            "batch normalisation of an image",
            "Affine",
            statistics(image(), 4)
                .node("BatchNormalization", "x s b m v -> y", real("epsilon", 1e-3))),
        arguments(
            "batch normalisation of a vector",
            "Affine",
            statistics(vector(), 10).node("BatchNormalization", "x s b m v -> y")),
        arguments(
            "after a convolution",
            "Linear Affine",
            statistics(image(), 6)
                .weights("w", 0.5, 6, 4, 3, 3)
                .node("Conv", "x w -> t")
                .node("BatchNormalization", "t s b m v -> y")),
        arguments(
            "written in arithmetic per channel",
            "Affine",
            image()
                .weightsIn("m", -1, 0, 1, 4, 1, 1)
                .weightsIn("d", 0.5, 2, 4, 1, 1)
                .weightsIn("s", 0.5, 2, 4, 1, 1)
                .weightsIn("b", 0, 1, 4, 1, 1)
                .node("Sub", "x m -> t")
                .node("Div", "t d -> u")
                .node("Mul", "s u -> v")
                .node("Add", "v b -> y")),
        arguments(
            "constant minus tensor per channel",
            "Affine",
            image().weights("c", 1, 4, 1, 1).node("Sub", "c x -> y")),
        arguments(
            "input scaled by one number",
            "Affine Linear",
            image()
                .constant("mean", -0.4)
                .constant("deviation", 0.3)
                .weights("w", 0.5, 6, 4, 3, 3)
                .node("Sub", "x mean -> t")
                .node("Div", "t deviation -> u")
                .node("Conv", "u w -> y")));
  }

  private static TestModel statistics(TestModel model, int channels) {
    // Signs such that no sum of constants cancels: the tolerance is relative to their magnitudes.
    return model
        .weightsIn("s", 0.5, 2, channels)
        .weightsIn("b", 0, 1, channels)
        .weightsIn("m", -1, 0, channels)
        .weightsIn("v", 0.1, 2, channels);
  }

  static Stream<Arguments> pools() {
    return Stream.of(
        arguments(
            "average pool",
            "AveragePool",
            image().node("AveragePool", "x -> y", ints("kernel_shape", 2, 3))),
        arguments(
            "average pool with strides and a remainder",
            "AveragePool",
            image()
                .node("AveragePool", "x -> y", ints("kernel_shape", 2, 3), ints("strides", 2, 2))),
        arguments(
            "average pool with padding that counts",
            "AveragePool",
            image()
                .node(
                    "AveragePool",
                    "x -> y",
                    ints("kernel_shape", 3, 3),
                    ints("strides", 2, 2),
                    ints("pads", 1, 2, 0, 1),
                    integer("count_include_pad", 1))),
        arguments(
            "ceil_mode without effect",
            "AveragePool",
            image()
                .node(
                    "AveragePool",
                    "x -> y",
                    ints("kernel_shape", 3, 2),
                    ints("strides", 2, 2),
                    integer("ceil_mode", 1))),
        arguments(
            "zero pad before an average pool",
            "AveragePool",
            image()
                .constants("p", 0, 0, 1, 0, 0, 0, 0, 1)
                .node("Pad", "x p -> padded")
                .node("AveragePool", "padded -> y", ints("kernel_shape", 2, 3))),
        arguments(
            "global average pool and flatten",
            "AveragePool Reshape",
            image().node("GlobalAveragePool", "x -> t").node("Flatten", "t -> y")),
        arguments(
            "mean as an attribute",
            "AveragePool",
            image().node("ReduceMean", "x -> y", ints("axes", -1, -2))),
        arguments(
            "mean without dimensions",
            "AveragePool Reshape",
            image().node("ReduceMean", "x -> y", ints("axes", 2, 3), integer("keepdims", 0))),
        arguments(
            "mean with axes as an input, since opset 18",
            "AveragePool",
            image().opset(18).constants("axes", 2, 3).node("ReduceMean", "x axes -> y")));
  }

  static Stream<Arguments> comparisons() {
    return Stream.of(
        arguments("relu", "Relu", image().node("Relu", "x -> y")),
        arguments(
            "relu of arithmetic",
            "Affine Relu",
            image().constant("half", 0.5).node("Sub", "x half -> t").node("Relu", "t -> y")),
        arguments(
            "max pool",
            "MaxPool",
            image().node("MaxPool", "x -> y _", ints("kernel_shape", 2, 3), ints("strides", 2, 2))),
        arguments(
            "max pool whose padding is never the largest",
            "Affine MaxPool",
            new TestModel(SEED, 1, 2, 5, 5)
                .constant("six", 6)
                .node("Sub", "x six -> t")
                .node(
                    "MaxPool",
                    "t -> y",
                    ints("kernel_shape", 3, 3),
                    ints("strides", 2, 2),
                    ints("pads", 1, 2, 0, 1))),
        arguments(
            "same lower max pool",
            "MaxPool",
            image()
                .node(
                    "MaxPool",
                    "x -> y",
                    ints("kernel_shape", 3, 2),
                    ints("strides", 2, 2),
                    text("auto_pad", "SAME_LOWER"))),
        arguments("global max pool", "MaxPool", image().node("GlobalMaxPool", "x -> y")));
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        arguments(
            "view(-1, n)", "Reshape", image().constants("s", -1, 288).node("Reshape", "x s -> y")),
        arguments(
            "view(1, -1)", "Reshape", image().constants("s", 1, -1).node("Reshape", "x s -> y")),
        arguments(
            "zeros copy dimensions",
            "Reshape",
            image().constants("s", 0, 0, -1).node("Reshape", "x s -> y")),
        arguments(
            "view(x.size(0), -1)",
            "Reshape Linear",
            new TestModel(SEED, -1, 2, 3, 3)
                .node("Shape", "x -> shape")
                .constant64("zero", 0)
                .node("Gather", "shape zero -> size", integer("axis", 0))
                .constants("axes", 0)
                .node("Unsqueeze", "size axes -> sizes")
                .constants("rest", -1)
                .node("Concat", "sizes rest -> target", integer("axis", 0))
                .node("Reshape", "x target -> flat")
                .weights("w", 0.5, 18, 4)
                .node("MatMul", "flat w -> y")),
        arguments(
            "sliced shape",
            "Reshape",
            new TestModel(SEED, -1, 2, 3, 3)
                .node("Shape", "x -> shape")
                .constants("from", 0)
                .constants("to", 2)
                .node("Slice", "shape from to -> head")
                .constants("rest", 9)
                .node("Concat", "head rest -> target", integer("axis", 0))
                .node("Reshape", "x target -> y")),
        arguments(
            "squeeze and unsqueeze",
            "AveragePool Reshape Reshape",
            image()
                .node("GlobalAveragePool", "x -> t")
                .constants("axes", 2, -1)
                .node("Squeeze", "t axes -> u")
                .constants("more", 1, 3)
                .node("Unsqueeze", "u more -> y")),
        arguments(
            "squeeze before opset 13",
            "AveragePool Reshape",
            image()
                .opset(12)
                .node("GlobalAveragePool", "x -> t")
                .node("Squeeze", "t -> y", ints("axes", 2, 3))),
        arguments(
            "identity, dropout and casts vanish",
            "Reshape",
            image()
                .node("Identity", "x -> a")
                .node("Dropout", "a -> b _")
                .node("Cast", "b -> c", integer("to", 1))
                .node("Flatten", "c -> y", integer("axis", -3))));
  }

  static Stream<Arguments> products() {
    TestModel squeezed =
        image()
            .weights("w", 0.5, 4, 4, 1, 1)
            .node("GlobalAveragePool", "x -> m")
            .node("Conv", "m w -> g");
    TestModel turned =
        image()
            .weights("w", 0.5, 4, 4, 1, 1)
            .node("GlobalAveragePool", "x -> m")
            .node("Conv", "m w -> g");
    return Stream.of(
        arguments(
            "product of two layers",
            "Linear Product",
            image()
                .weights("w", 0.5, 4, 4, 3, 3)
                .node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1))
                .node("Mul", "t x -> y")),
        arguments(
            "factor per channel", "AveragePool Linear Product", squeezed.node("Mul", "x g -> y")),
        arguments(
            "factor per channel first",
            "AveragePool Linear Product",
            turned.node("Mul", "g x -> y")));
  }

  static Stream<Arguments> sums() {
    return Stream.of(
        arguments(
            "residual",
            "Linear Add",
            image()
                .weights("w", 0.5, 4, 4, 3, 3)
                .node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1))
                .node("Add", "t x -> y")),
        arguments(
            "difference of two layers",
            "Linear Linear Add",
            image()
                .weights("w", 0.5, 4, 4, 3, 3)
                .weights("v", 0.5, 4, 4, 3, 3)
                .node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1))
                .node("Conv", "x v -> u", ints("pads", 1, 1, 1, 1))
                .node("Sub", "t u -> y")),
        arguments(
            "sum of two layers with a factor",
            "Linear Affine Add",
            image()
                .weights("w", 0.5, 4, 4, 1, 1)
                .constant("half", 0.5)
                .node("Conv", "x w -> t")
                .node("Mul", "half t -> u")
                .node("Sum", "x u -> y")),
        arguments("tensor plus itself", "Affine", image().node("Add", "x x -> y")),
        arguments("negation", "Affine", image().node("Neg", "x -> y")));
  }
}
