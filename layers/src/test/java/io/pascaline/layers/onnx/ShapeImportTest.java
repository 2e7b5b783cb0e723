// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.pascaline.layers.graph.GraphNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator that moves elements, and windows of all forms, against ONNX Runtime. */
class ShapeImportTest {
  private static final long SEED = 20260202;

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "moving",
    "choosing",
    "joining",
    "padding",
    "lines",
    "pools",
    "unusualPools",
    "reductions",
    "transposed"
  })
  void shouldComputeWhatTheRuntimeComputes(String name, String nodes, TestModel model) {
    check(nodes, model);
  }

  /**
   * Compares with ONNX Runtime.
   *
   * @param nodes the kinds of the imported nodes; empty for any
   */
  static void check(String nodes, TestModel model) {
    StringBuilder kinds = new StringBuilder();
    for (GraphNode node : RuntimeAgreement.check(model, SEED).nodes()) {
      kinds.append(kinds.isEmpty() ? "" : " ").append(node.getClass().getSimpleName());
    }

    if (!nodes.isEmpty()) {
      assertEquals(nodes, kinds.toString().replace("Node", ""));
    }
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }

  private static TestModel line() {
    return new TestModel(SEED, 1, 4, 11);
  }

  private static Arguments image(String name, String operator, AttributeProto... attributes) {
    return arguments(name, "", image().node(operator, "x -> y", attributes));
  }

  static Stream<Arguments> moving() {
    return Stream.of(
        arguments(
            "transpose to channels last",
            "View",
            image().node("Transpose", "x -> y", ints("perm", 0, 2, 3, 1))),
        arguments(
            "transpose of a single row moves nothing",
            "Reshape",
            new TestModel(SEED, 1, 4, 1, 8).node("Transpose", "x -> y", ints("perm", 0, 2, 1, 3))),
        arguments(
            "shuffled channels",
            "Reshape View Reshape",
            image()
                .constants("apart", 1, 2, 2, 9, 8)
                .constants("whole", 1, 4, 9, 8)
                .node("Reshape", "x apart -> a")
                .node("Transpose", "a -> b", ints("perm", 0, 2, 1, 3, 4))
                .node("Reshape", "b whole -> y")),
        arguments(
            "slice in steps, backwards",
            "View View",
            image()
                .constants("from", 8, 1)
                .constants("to", -100, 1000)
                .constants("axes", 2, -1)
                .constants("steps", -2, 3)
                .node("Slice", "x from to axes steps -> y")),
        arguments(
            "slice as attributes, before opset 10",
            "View",
            image()
                .opset(9)
                .node("Slice", "x -> y", ints("starts", 1), ints("ends", -1), ints("axes", 3))),
        arguments(
            "slice that keeps the batch",
            "View",
            image()
                .constants("from", 0, 1)
                .constants("to", Long.MAX_VALUE, 3)
                .node("Slice", "x from to -> y")));
  }

  static Stream<Arguments> choosing() {
    return Stream.of(
        arguments(
            "split in given parts",
            "View View Concat",
            image()
                .constants("parts", 1, 3)
                .node("Split", "x parts -> a b", integer("axis", 1))
                .node("Concat", "b a -> y", integer("axis", 1))),
        arguments(
            "split in equal parts",
            "View View Add",
            image().node("Split", "x -> a b", integer("axis", 3)).node("Add", "a b -> y")),
        arguments(
            "split by number, since opset 18",
            "View View View Concat",
            image()
                .opset(18)
                .node("Split", "x -> a b c", integer("axis", 2), integer("num_outputs", 3))
                .node("Concat", "c a b -> y", integer("axis", 2))),
        arguments(
            "one place of an axis",
            "View Reshape",
            image()
                .constant64("three", 3)
                .node("Gather", "x three0 -> y", integer("axis", 2))
                .initializer(TestModel.longs("three0", new long[] {3}))),
        arguments(
            "places at equal distances",
            "View",
            image().constants("p", 7, 4, 1).node("Gather", "x p -> y", integer("axis", 3))),
        arguments(
            "any places",
            "",
            image().constants("p", 3, 3, 0, -1, 5).node("Gather", "x p -> y", integer("axis", 3))),
        arguments(
            "depth to space",
            "View",
            image().node("DepthToSpace", "x -> y", integer("blocksize", 2))),
        arguments(
            "depth to space by rows of channels",
            "View",
            new TestModel(SEED, 1, 8, 3, 2)
                .node("DepthToSpace", "x -> y", integer("blocksize", 2), text("mode", "CRD"))),
        arguments(
            "space to depth",
            "View",
            new TestModel(SEED, 1, 3, 6, 4)
                .node("SpaceToDepth", "x -> y", integer("blocksize", 2))),
        arguments(
            "squeeze of all that can go",
            "AveragePool Reshape",
            image().node("GlobalAveragePool", "x -> t").node("Squeeze", "t -> y")),
        arguments(
            "flatten of axis 0", "Reshape", image().node("Flatten", "x -> y", integer("axis", 0))));
  }

  static Stream<Arguments> joining() {
    return Stream.of(
        arguments(
            "concatenated channels",
            "Linear Concat",
            image()
                .weights("w", 0.5, 3, 4, 3, 3)
                .node("Conv", "x w -> t", ints("pads", 1, 1, 1, 1))
                .node("Concat", "x t x -> y", integer("axis", 1))),
        arguments(
            "concatenated columns",
            "Affine Concat",
            image().node("Neg", "x -> t").node("Concat", "x t -> y", integer("axis", -1))),
        arguments(
            "a single tensor",
            "Relu",
            image().node("Concat", "x -> t", integer("axis", 1)).node("Relu", "t -> y")));
  }

  static Stream<Arguments> padding() {
    return Stream.of(
        arguments(
            "constant pad of channels and rows",
            "View",
            image()
                .constants("p", 0, 1, 2, 0, 0, 2, 0, 1)
                .constant("v", -1.5)
                .node("Pad", "x p v -> y")),
        arguments(
            "negative pads",
            "View",
            image().constants("p", 0, 0, -2, 1, 0, 0, 1, -3).node("Pad", "x p -> y")),
        arguments(
            "edge",
            "View",
            image()
                .constants("p", 0, 0, 2, 1, 0, 0, 1, 3)
                .node("Pad", "x p -> y", text("mode", "edge"))),
        arguments(
            "mirror",
            "",
            image()
                .constants("p", 0, 0, 2, 1, 0, 0, 0, 3)
                .node("Pad", "x p -> y", text("mode", "reflect"))),
        arguments(
            "zeros before a max pool are elements",
            "Affine View MaxPool",
            image()
                .constants("p", 0, 0, 1, 1, 0, 0, 1, 1)
                .constant("five", 5)
                .node("Sub", "x five -> t")
                .node("Pad", "t p -> padded")
                .node("MaxPool", "padded -> y", ints("kernel_shape", 3, 3))),
        arguments(
            "pads as PyTorch writes them",
            "View",
            image()
                .constants("last", 1, 2, 0, 1)
                .constants("length", 4)
                .node(
                    "ConstantOfShape",
                    "length -> none",
                    TestModel.tensor("value", TestModel.longs("", new long[] {0}, 1)))
                .node("Concat", "last none -> all", integer("axis", 0))
                .constants("pairs", -1, 2)
                .node("Reshape", "all pairs -> rows")
                .constants("end", -1)
                .constants("least", Long.MIN_VALUE + 1)
                .constants("first", 0)
                .constants("back", -1)
                .node("Slice", "rows end least first back -> turned")
                .node("Transpose", "turned -> columns", ints("perm", 1, 0))
                .constants("one", -1)
                .node("Reshape", "columns one -> list")
                .node("Cast", "list -> pads", integer("to", 7))
                .constant("v", 0.5)
                .node("Pad", "x pads v -> y")));
  }

  static Stream<Arguments> lines() {
    return Stream.of(
        arguments(
            "convolution of a line",
            "Reshape Linear Reshape",
            line()
                .weights("w", 0.5, 6, 2, 3)
                .weights("b", 1, 6)
                .node(
                    "Conv",
                    "x w b -> y",
                    ints("strides", 2),
                    ints("pads", 2, 1),
                    ints("dilations", 2),
                    integer("group", 2))),
        arguments(
            "same padding of a line",
            "",
            line()
                .weights("w", 0.5, 6, 4, 4)
                .node("Conv", "x w -> y", text("auto_pad", "SAME_UPPER"))),
        arguments(
            "maxima of a line",
            "",
            line()
                .node(
                    "MaxPool",
                    "x -> y",
                    ints("kernel_shape", 3),
                    ints("strides", 2),
                    ints("pads", 1, 0),
                    integer("ceil_mode", 1))),
        arguments(
            "means of a line",
            "",
            line().node("AveragePool", "x -> y", ints("kernel_shape", 3), ints("pads", 1, 1))),
        arguments("mean of a line", "", line().node("GlobalAveragePool", "x -> y")),
        arguments("maximum of a line", "", line().node("GlobalMaxPool", "x -> y")));
  }

  static Stream<Arguments> pools() {
    List<Arguments> all = new ArrayList<>();
    for (String operator : List.of("MaxPool", "AveragePool")) {
      for (int ceil = 0; ceil <= 1; ceil++) {
        for (int[] g :
            new int[][] {
              {2, 2, 0, 0}, {3, 2, 1, 0}, {3, 2, 0, 1}, {3, 1, 1, 1}, {4, 3, 2, 1}, {5, 2, 2, 2}
            }) {
          all.add(
              image(
                  operator
                      + " of "
                      + g[0]
                      + ", stride "
                      + g[1]
                      + ", pads "
                      + g[2]
                      + " and "
                      + g[3]
                      + ", ceil_mode "
                      + ceil,
                  operator,
                  ints("kernel_shape", g[0], g[0]),
                  ints("strides", g[1], g[1]),
                  ints("pads", g[2], g[2], g[3], g[3]),
                  integer("ceil_mode", ceil)));
        }
      }
    }
    return all.stream();
  }

  static Stream<Arguments> unusualPools() {
    List<Arguments> all = new ArrayList<>();
    for (String operator : new String[] {"MaxPool", "AveragePool"}) {
      all.add(
          arguments(
              operator + " with ceil_mode whose window is larger than the image",
              operator,
              new TestModel(SEED, 1, 4, 2, 2)
                  .node(
                      operator,
                      "x -> y",
                      ints("kernel_shape", 3, 2),
                      ints("strides", 2, 2),
                      integer("ceil_mode", 1))));
    }
    all.add(
        image(
            "same padding that does not count",
            "AveragePool",
            ints("kernel_shape", 3, 2),
            ints("strides", 2, 2),
            text("auto_pad", "SAME_UPPER")));
    all.add(
        image(
            "dilated maxima",
            "MaxPool",
            ints("kernel_shape", 3, 2),
            ints("strides", 2, 1),
            ints("dilations", 2, 3)));
    all.add(
        arguments(
            "dilated and padded maxima behind a Relu",
            "Relu View View MaxPool",
            image()
                .node("Relu", "x -> t")
                .node(
                    "MaxPool",
                    "t -> y",
                    ints("kernel_shape", 3, 3),
                    ints("dilations", 2, 2),
                    ints("pads", 2, 2, 2, 2))));
    all.add(
        arguments(
            "zeros of a pad count, own padding does not",
            "",
            image()
                .constants("p", 0, 0, 1, 1, 0, 0, 0, 1)
                .node("Pad", "x p -> padded")
                .node(
                    "AveragePool",
                    "padded -> y",
                    ints("kernel_shape", 3, 3),
                    ints("pads", 1, 1, 1, 1))));
    all.add(
        arguments(
            "padding that counts, and a last window that reaches beyond it",
            "",
            image()
                .opset(19)
                .node(
                    "AveragePool",
                    "x -> y",
                    ints("kernel_shape", 3, 3),
                    ints("strides", 2, 3),
                    ints("pads", 1, 1, 0, 0),
                    integer("ceil_mode", 1),
                    integer("count_include_pad", 1))));
    return all.stream();
  }

  static Stream<Arguments> reductions() {
    return Stream.of(
        image("mean of rows", "ReduceMean", ints("axes", 2)),
        image("mean of columns", "ReduceMean", ints("axes", -1), integer("keepdims", 0)),
        image("mean of channels", "ReduceMean", ints("axes", 1)),
        image(
            "mean of channels and columns",
            "ReduceMean",
            ints("axes", 1, 3),
            integer("keepdims", 0)),
        image("mean of all", "ReduceMean", ints("axes", 1, 2, 3)),
        image("maximum of channels", "ReduceMax", ints("axes", 1)),
        image("maximum of the image", "ReduceMax", ints("axes", 2, 3), integer("keepdims", 0)),
        arguments(
            "sum of the image",
            "AveragePool Affine",
            image().constants("a", 2, 3).node("ReduceSum", "x a -> y")),
        arguments(
            "mean of a vector's elements",
            "",
            new TestModel(SEED, 1, 10).node("ReduceMean", "x -> y", ints("axes", 1))));
  }

  private static Arguments transposed(
      String name, int inputs, int outputs, int kernel, int group, AttributeProto... attributes) {
    AttributeProto[] all = new AttributeProto[attributes.length + 1];
    System.arraycopy(attributes, 0, all, 1, attributes.length);
    all[0] = integer("group", group);
    return arguments(
        "transposed convolution, " + name,
        "",
        new TestModel(SEED, 1, inputs, 5, 4)
            .weights("w", 0.5, inputs, outputs / group, kernel, kernel)
            .weights("b", 1, outputs)
            .node("ConvTranspose", "x w b -> y", all));
  }

  static Stream<Arguments> transposed() {
    return Stream.of(
        transposed("dense", 3, 4, 3, 1),
        transposed("kernel 2, stride 2", 3, 4, 2, 1, ints("strides", 2, 2)),
        transposed(
            "kernel 4, stride 2, pad 1",
            3,
            4,
            4,
            1,
            ints("strides", 2, 2),
            ints("pads", 1, 1, 1, 1)),
        transposed(
            "kernel 3, stride 2, output padding",
            4,
            4,
            3,
            2,
            ints("strides", 2, 2),
            ints("pads", 1, 1, 1, 1),
            ints("output_padding", 1, 1)),
        transposed("uneven", 4, 6, 3, 2, ints("strides", 3, 2), ints("pads", 2, 0, 0, 1)),
        transposed(
            "stride beyond the kernel",
            3,
            2,
            2,
            1,
            ints("strides", 3, 4),
            ints("output_padding", 1, 2)),
        transposed(
            "dilated",
            2,
            3,
            3,
            1,
            ints("strides", 2, 1),
            ints("dilations", 2, 3),
            ints("pads", 1, 2, 2, 1)),
        transposed("large pads", 2, 3, 5, 1, ints("strides", 2, 3), ints("pads", 4, 4, 4, 4)),
        transposed("same", 2, 3, 3, 1, ints("strides", 2, 2), text("auto_pad", "SAME_UPPER")),
        transposed("output shape", 2, 3, 3, 1, ints("strides", 2, 2), ints("output_shape", 10, 8)),
        arguments(
            "transposed convolution of a line",
            "",
            line()
                .weights("w", 0.5, 4, 3, 4)
                .node("ConvTranspose", "x w -> y", ints("strides", 2), ints("pads", 1, 1))));
  }
}
