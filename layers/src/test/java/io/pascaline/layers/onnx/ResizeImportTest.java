// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Resize and Upsample against ONNX Runtime. */
class ResizeImportTest {
  private static final long SEED = 20260203;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"resized", "scaled"})
  void shouldComputeWhatTheRuntimeComputes(String name, String nodes, TestModel model) {
    ShapeImportTest.check(nodes, model);
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }

  private static Arguments resized(
      String name, long height, long width, AttributeProto... attributes) {
    return arguments(
        "resize, " + name,
        "",
        image().constants("n", 1, 4, height, width).node("Resize", "x _ _ n -> y", attributes));
  }

  static Stream<Arguments> resized() {
    AttributeProto nearest = text("mode", "nearest");
    AttributeProto linear = text("mode", "linear");
    AttributeProto cubic = text("mode", "cubic");
    AttributeProto aligned = text("coordinate_transformation_mode", "align_corners");
    AttributeProto asymmetric = text("coordinate_transformation_mode", "asymmetric");
    AttributeProto pytorch = text("coordinate_transformation_mode", "pytorch_half_pixel");
    AttributeProto floor = text("nearest_mode", "floor");
    return Stream.of(
        resized("nearest, twice", 18, 16, nearest, asymmetric, floor),
        resized("nearest by half pixels", 18, 24, nearest),
        resized("nearest, any ratio", 12, 5, nearest, asymmetric, floor),
        resized("nearest, smaller", 3, 4, nearest, asymmetric, floor),
        resized("linear, twice", 18, 16, linear),
        resized("linear, three and four times", 27, 32, linear, pytorch),
        resized("linear, asymmetric", 18, 24, linear, asymmetric),
        resized("linear, half", 4, 4, linear),
        resized("linear, any ratio", 14, 5, linear, pytorch),
        resized("linear, any ratio, asymmetric", 13, 9, linear, asymmetric),
        resized("linear, aligned corners", 18, 16, linear, aligned),
        resized("linear, aligned corners, smaller", 4, 1, linear, aligned),
        resized("cubic", 18, 12, cubic),
        resized("cubic, aligned corners", 5, 15, cubic, aligned),
        resized(
            "cubic as PyTorch does, without the outside",
            18,
            16,
            cubic,
            pytorch,
            TestModel.real("cubic_coeff_a", -0.5),
            TestModel.integer("exclude_outside", 1)));
  }

  static Stream<Arguments> scaled() {
    AttributeProto nearest = text("mode", "nearest");
    AttributeProto asymmetric = text("coordinate_transformation_mode", "asymmetric");
    AttributeProto floor = text("nearest_mode", "floor");
    return Stream.of(
        arguments(
            "symmetric half pixels",
            "",
            image()
                .opset(19)
                .initializer(TestModel.floats("s", new float[] {1, 1, 1.4f, 0.7f}, 4))
                .node(
                    "Resize",
                    "x _ s -> y",
                    text("mode", "linear"),
                    text("coordinate_transformation_mode", "half_pixel_symmetric"))),
        arguments(
            "nearest as TensorFlow does",
            "",
            image()
                .opset(11)
                .weights("roi", 1, 0)
                .initializer(TestModel.floats("s", new float[] {1, 1, 2, 2}, 4))
                .node(
                    "Resize",
                    "x roi s -> y",
                    nearest,
                    floor,
                    text("coordinate_transformation_mode", "tf_half_pixel_for_nn"))),
        arguments(
            "resize by scales",
            "View View",
            image()
                .initializer(TestModel.floats("s", new float[] {1, 1, 2, 2}, 4))
                .node("Resize", "x _ s -> y", nearest, asymmetric, floor)),
        arguments(
            "resize whose ties and size depend on the rounding of floats",
            "",
            new TestModel(SEED, -1, 2, 10, 6)
                .initializer(TestModel.floats("s", new float[] {1, 1, 0.7f, 0.7f}, 4))
                .node("Resize", "x _ s -> y", nearest)),
        arguments(
            "smaller resize of opset 10",
            "",
            image()
                .opset(10)
                .initializer(TestModel.floats("s", new float[] {1, 1, 0.7f, 1.7f}, 4))
                .node("Resize", "x s -> y")),
        arguments(
            "resize of opset 10",
            "View View",
            image()
                .opset(10)
                .initializer(TestModel.floats("s", new float[] {1, 1, 2, 3}, 4))
                .node("Resize", "x s -> y")),
        arguments(
            "upsample of opset 9",
            "View View",
            image()
                .opset(9)
                .initializer(TestModel.floats("s", new float[] {1, 1, 2, 2}, 4))
                .node("Upsample", "x s -> y")));
  }
}
