// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.floats;
import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.tensor;
import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be imported is refused in one line: where, what, and what to do instead. */
class RefusalTest {
  private static final long SEED = 20260104;

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "operators",
    "layers",
    "windows",
    "maxima",
    "arithmetic",
    "normalisations",
    "shapes",
    "inputs",
    "tensors"
  })
  void shouldRefuseInOneLine(String where, String remedy, TestModel model) {
    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    String message = refusal.getMessage();
    assertTrue(message.startsWith(where), message);
    assertTrue(message.contains(remedy), message);
    assertEquals(1, message.lines().count(), message);
  }

  static Stream<Arguments> operators() {
    return Stream.of(
        operator("LpPool", "AveragePool"),
        operator("TopK", "last layer"),
        operator("Softmax", "last layer"),
        operator("LayerNormalization", "batch normalisation"),
        operator("If", "control flow"),
        operator("NoSuchThing", "rebuild the network"),
        operator("com.microsoft.BiasGelu", "rebuild the network"));
  }

  private static Arguments operator(String operator, String remedy) {
    return arguments(
        "node '" + operator + "_y' (" + operator + ")", remedy, image().node(operator, "x -> y"));
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        arguments(
            "node 'Conv_y' (Conv): kernelHeight is 12",
            "export it again",
            image().weights("w", 1, 2, 4, 12, 3).node("Conv", "x w -> y")),
        arguments(
            "node 'Conv_y' (Conv): its weights are for 3",
            "damaged",
            image().weights("w", 1, 2, 3, 3, 3).node("Conv", "x w -> y")),
        arguments(
            "node 'Conv_y' (Conv): input 1 is computed",
            "initializer",
            image().node("Conv", "x x -> y")),
        arguments(
            "node 'Conv_y' (Conv): is a 3-D",
            "one or two dimensions",
            new TestModel(SEED, 1, 4, 3, 3, 3)
                .weights("w", 1, 2, 4, 3, 3, 3)
                .node("Conv", "x w -> y")),
        arguments(
            "node 'Gemm_y' (Gemm): its input has shape [4x9x8]",
            "flatten",
            image().weights("w", 1, 8, 2).node("Gemm", "x w -> y")),
        arguments(
            "node 'Gemm_y' (Gemm): transA",
            "batch as the first",
            new TestModel(SEED, 1, 5)
                .weights("w", 1, 5, 2)
                .node("Gemm", "x w -> y", integer("transA", 1))),
        arguments(
            "node 'MatMul_y' (MatMul): its constant matrix is on the left",
            "transposed",
            new TestModel(SEED, 1, 5).weights("w", 1, 1, 1).node("MatMul", "w x -> y")),
        arguments(
            "node 'BatchNormalization_y' (BatchNormalization): is in training",
            "evaluation mode",
            image()
                .weights("s", 1, 4)
                .node("BatchNormalization", "x s s s s -> y", integer("training_mode", 1))));
  }

  static Stream<Arguments> windows() {
    return Stream.of(
        arguments(
            "node 'ReduceMean_y' (ReduceMean): reduces the batch",
            "name the axes",
            image().node("ReduceMean", "x -> y")),
        arguments(
            "node 'ReduceMean_y' (ReduceMean): reduces the batch",
            "name the axes",
            image().node("ReduceMean", "x -> y", ints("axes"))),
        arguments(
            "node 'Pad_p' (Pad): pads with a value",
            "with a constant",
            image()
                .constants("pads", 0, 0, 1, 1, 0, 0, 1, 1)
                .constant("v", Double.NaN)
                .node("Pad", "x pads v -> p")),
        arguments(
            "node 'Pad_p' (Pad): pads by mode 'sideways'",
            "with a constant",
            image()
                .constants("pads", 0, 0, 1, 1, 0, 0, 1, 1)
                .node("Pad", "x pads -> p", text("mode", "sideways"))),
        arguments(
            "node 'Pad_p' (Pad): pads a dimension of 9 by 9",
            "fewer",
            image()
                .constants("pads", 0, 0, 9, 1, 0, 0, 1, 1)
                .node("Pad", "x pads -> p", text("mode", "reflect"))),
        arguments(
            "node 'Pad_p' (Pad): pads the batch",
            "stay as it is",
            image().constants("pads", 1, 0, 0, 0, 0, 0, 0, 0).node("Pad", "x pads -> p")),
        arguments(
            "node 'MaxPool_y' (MaxPool): its window is dilated and extends beyond",
            "Relu before it",
            image()
                .node(
                    "MaxPool",
                    "x -> y",
                    ints("kernel_shape", 2, 2),
                    ints("dilations", 2, 1),
                    ints("pads", 1, 1, 1, 1))),
        arguments(
            "node 'Resize_y' (Resize): resizes with antialiasing",
            "nearest",
            image()
                .opset(18)
                .constants("n", 1, 4, 4, 4)
                .node("Resize", "x _ _ n -> y", text("mode", "linear"), integer("antialias", 1))),
        arguments(
            "node 'Resize_y' (Resize): places elements by mode 'tf_crop_and_resize'",
            "nearest",
            image()
                .constants("n", 1, 4, 10, 8)
                .node(
                    "Resize",
                    "x _ _ n -> y",
                    text("coordinate_transformation_mode", "tf_crop_and_resize"))));
  }

  static Stream<Arguments> maxima() {
    return Stream.of(
        arguments(
            "node 'MaxPool_y' (MaxPool): gives the indices",
            "without indices",
            image().node("MaxPool", "x -> y places", ints("kernel_shape", 2, 2))));
  }

  static Stream<Arguments> arithmetic() {
    return Stream.of(
        arguments(
            "node 'Mul_y' (Mul): its tensors have shapes [4x9x8] and [6x9x8]",
            "one of them is 1",
            image().weights("w", 1, 6, 4, 1, 1).node("Conv", "x w -> t").node("Mul", "x t -> y")),
        arguments(
            "node 'Pow_y' (Pow): combines two different tensors",
            "functions of one tensor",
            image().weights("w", 1, 4, 4, 1, 1).node("Conv", "x w -> t").node("Pow", "t x -> y")),
        arguments(
            "node 'AveragePool_y' (AveragePool): ceil_mode makes windows that extend beyond",
            "opset_version=19",
            image()
                .node(
                    "AveragePool",
                    "x -> y",
                    ints("kernel_shape", 3, 3),
                    ints("strides", 2, 3),
                    ints("pads", 1, 1, 0, 0),
                    integer("ceil_mode", 1),
                    integer("count_include_pad", 1))),
        arguments(
            "node 'PRelu_y' (PRelu): its slope",
            "constant slope",
            image().node("PRelu", "x x -> y")),
        arguments(
            "node 'Div_y' (Div): divides two different tensors",
            "functions of one tensor",
            image().weights("w", 1, 4, 4, 1, 1).node("Conv", "x w -> t").node("Div", "t x -> y")),
        arguments(
            "node 'Div_y' (Div): divides by zero",
            "correct",
            image().constant("zero", 0).node("Div", "x zero -> y")),
        arguments(
            "node 'Max_y' (Max): its constant varies within a channel",
            "one per channel",
            image().weights("c", 1, 9, 8).node("Max", "x c -> y")),
        arguments(
            "node 'Add_y' (Add): its constant does not fit",
            "one per channel",
            image().weights("c", 1, 4, 1, 3).node("Add", "x c -> y")),
        arguments(
            "node 'Add_y' (Add): its constant is NaN",
            "correct",
            image().constant("c", Double.NaN).node("Add", "x c -> y")),
        arguments(
            "node 'Add_y' (Add): its tensors have shapes [4x9x8] and [4]",
            "one of them is 1",
            image()
                .node("GlobalAveragePool", "x -> m")
                .node("Flatten", "m -> f")
                .node("Add", "x f -> y")),
        arguments(
            "node 'PRelu_y' (PRelu): has 12288 slopes",
            "shared_axes",
            new TestModel(SEED, 1, 3, 64, 64).weights("s", 1, 3, 64, 64).node("PRelu", "x s -> y")),
        arguments(
            "node 'Expand_y' (Expand): repeats the batch",
            "as it is",
            image().constants("s", 2, 4, 9, 8).node("Expand", "x s -> y")),
        arguments(
            "node 'Tile_y' (Tile): repeats the batch",
            "as it is",
            image().constants("s", 2, 1, 1, 1).node("Tile", "x s -> y")),
        arguments(
            "node 'MatMul_w' (MatMul): multiplies constants that are not matrices",
            "fold constants",
            image().weights("a", 1, 2, 2, 2).node("MatMul", "a a -> w").node("Add", "x w -> y")));
  }

  static Stream<Arguments> normalisations() {
    return Stream.of(
        operator("InstanceNormalization", "batch normalisation"),
        operator("GroupNormalization", "batch normalisation"),
        operator("LRN", "batch normalisation"),
        arguments(
            "node 'Div_y' (Div): is a normalisation written as several operators (ReduceMean",
            "batch normalisation",
            new TestModel(SEED, 1, 4, 8)
                .constant("two", 2)
                .constant("epsilon", 1e-5)
                .node("ReduceMean", "x -> m", ints("axes", -1))
                .node("Sub", "x m -> d")
                .node("Pow", "d two -> s")
                .node("ReduceMean", "s -> v", ints("axes", -1))
                .node("Add", "v epsilon -> e")
                .node("Sqrt", "e -> r")
                .node("Div", "d r -> y")),
        arguments(
            "node 'Div_y' (Div): is a normalisation written as several operators (AveragePool",
            "batch normalisation",
            image()
                .constant("one", 1)
                .constant("power", 0.75)
                .node("Mul", "x x -> s")
                .node("AveragePool", "s -> a", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1))
                .node("Add", "a one -> b")
                .node("Pow", "b power -> c")
                .node("Div", "x c -> y")),
        arguments(
            "node 'Div_p' (Div): is a softmax written as several operators",
            "Softmax, which the client",
            new TestModel(SEED, 1, 4)
                .node("Exp", "x -> e")
                .node("ReduceSum", "e -> s", ints("axes", 1))
                .node("Div", "e s -> p")
                .node("Neg", "p -> y")));
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        arguments(
            "node 'Flatten_y' (Flatten)",
            "batch must stay",
            image().node("Flatten", "x -> y", integer("axis", 2))),
        arguments(
            "node 'Reshape_y' (Reshape)",
            "batch must stay",
            image().constants("s", 4, -1).node("Reshape", "x s -> y")),
        arguments(
            "node 'Reshape_y' (Reshape)",
            "batch must stay",
            image().constants("s", -1, 287).node("Reshape", "x s -> y")),
        arguments(
            "node 'Squeeze_y' (Squeeze)",
            "batch must stay",
            image().constants("a", 0).node("Squeeze", "x a -> y")),
        arguments(
            "node 'Transpose_y' (Transpose): moves the batch",
            "stay the first",
            image().node("Transpose", "x -> y")),
        arguments(
            "node 'Slice_y' (Slice): slices the batch",
            "stay the first",
            image().constants("a", 1).constants("b", 2).node("Slice", "x a b -> y")),
        arguments(
            "node 'Slice_y' (Slice): leaves nothing",
            "remove",
            image()
                .constants("a", 3)
                .constants("b", 3)
                .constants("axis", 2)
                .node("Slice", "x a b axis -> y")),
        arguments(
            "node 'Gather_y' (Gather): chooses from the batch",
            "stay the first",
            image().constants("a", 0).node("Gather", "x a -> y")),
        arguments(
            "node 'Concat_y' (Concat): joins tensors along the batch",
            "stay the first",
            image().node("Concat", "x x -> y", integer("axis", 0))),
        arguments(
            "node 'Concat_y' (Concat): shapes [4x9x8] and [4x1x1] differ",
            "correct the model",
            image()
                .node("GlobalAveragePool", "x -> m")
                .node("Concat", "x m -> y", integer("axis", 1))),
        arguments(
            "node 'Mul_twice' (Mul): computes with the batch size",
            "batch size of 1",
            new TestModel(SEED, -1, 4).node("Shape", "x -> s").node("Mul", "s s -> twice")));
  }

  static Stream<Arguments> inputs() {
    TestModel two = image().node("Neg", "x -> y");
    two.graph().addInput(TestModel.value("z", DataType.FLOAT, 1, 2));
    TestModel integer = new TestModel(SEED, 1, 2).node("Neg", "x -> y");
    integer.graph().setInput(0, TestModel.value("x", DataType.INT8, 1, 2));
    TestModel outputs = image().node("Neg", "x -> y");
    outputs.graph().addOutput(TestModel.value("z", DataType.FLOAT, 1, 2));
    return Stream.of(
        arguments("graph: has 2 inputs", "one named input", two),
        arguments("input 'x': is not a float tensor", "float32", integer),
        arguments("graph: has 2 outputs ('y', 'z')", "--output-name", outputs),
        arguments(
            "input 'x': dimension 2 is dynamic",
            "--input-shape",
            new TestModel(SEED, 1, 4, -1).node("Neg", "x -> y")),
        arguments(
            "input 'x': has more than",
            "elements",
            new TestModel(SEED, 1, 1 << 20, 1 << 20).node("Neg", "x -> y")),
        arguments(
            "output 'y': is the input itself", "does nothing", image().node("Identity", "x -> y")),
        arguments("output 'y': does not come from", "again", image().node("Neg", "x -> other")),
        arguments(
            "node 'Neg_y' (Neg): reads 'nothing'",
            "export it again",
            image().node("Neg", "nothing -> y")),
        arguments(
            "node 'Neg_x' (Neg): makes a tensor that already",
            "export it again",
            image().node("Neg", "x -> x")),
        arguments(
            "model test: has operator set 6",
            "opset_version",
            image().opset(6).node("Neg", "x -> y")));
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        weights(
            "element type is COMPLEX64",
            "float32",
            floats("w", new float[1]).toBuilder().setDataType(DataType.COMPLEX64_VALUE)),
        weights(
            "element type is number 99",
            "float32",
            floats("w", new float[1]).toBuilder().setDataType(99)),
        weights(
            "its data lie in another file",
            "by its path",
            floats("w", new float[1]).toBuilder()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)),
        weights(
            "its data do not have the 288 elements",
            "damaged",
            floats("w", new float[1], 8, 4, 3, 3).toBuilder()),
        weights(
            "holds more than", "damaged", floats("w", new float[1], 1 << 30, 1 << 30).toBuilder()),
        weights("dimension 0 is -4", "damaged", floats("w", new float[1], -4).toBuilder()),
        weights(
            "dimension 1 is", "damaged", floats("w", new float[1], 1, Long.MAX_VALUE).toBuilder()),
        arguments(
            "node 'Conv_y' (Conv): its weights contain NaN",
            "sound model",
            image()
                .initializer(floats("w", new float[] {1, Float.NaN, 1, 1}, 1, 4, 1, 1))
                .node("Conv", "x w -> y")),
        arguments(
            "node 'Constant_c' (Constant): has no numeric value",
            "dense tensor",
            image().node("Constant", "-> c", text("value_string", "c"))),
        arguments(
            "node 'Constant_c' (Constant): its data do not have",
            "damaged",
            image()
                .node(
                    "Constant",
                    "-> c",
                    tensor(
                        "value",
                        floats("", new float[2], 2).toBuilder()
                            .setRawData(ByteString.copyFrom(new byte[7]))
                            .build()))));
  }

  private static Arguments weights(String what, String remedy, TensorProto.Builder weights) {
    return arguments(
        "initializer 'w': " + what,
        remedy,
        image().initializer(weights.build()).node("Conv", "x w -> y"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PK\u0003\u0004 an archive", "<html>not found</html>"})
  void shouldRefuseFilesOfOtherKinds(String content, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), content);

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(file));

    assertTrue(refusal.getMessage().startsWith("model model.onnx: "), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  @Test
  void shouldNameAFileThatIsNotThere(@TempDir Path folder) {
    ModelFormatException refusal =
        assertThrows(
            ModelFormatException.class, () -> OnnxImporter.read(folder.resolve("none.onnx")));

    assertEquals("model none.onnx: there is no such file", refusal.getMessage());
  }

  @Test
  void shouldBoundWhatASmallFileMakesOfConstants() {
    TestModel model =
        image()
            .constants("s", 1 << 11, 1)
            .constants("r", 1, 1 << 12)
            .node("ConstantOfShape", "s -> column")
            .node("ConstantOfShape", "r -> row")
            .node("Add", "column row -> table")
            .node("Add", "x table -> y");

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    assertTrue(refusal.getMessage().contains("constants computed"), refusal.getMessage());
  }

  @Test
  void shouldKeepControlCharactersOfTheFileOutOfTheMessage() {
    TestModel model =
        image()
            .node(
                TestModel.proto("NoSuchThing", "x -> y").toBuilder()
                    .setName("a\nb\u001b[31m" + "c".repeat(500))
                    .build());

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"));

    assertTrue(refusal.getMessage().startsWith("node 'a?b?[31mccc"), refusal.getMessage());
    assertTrue(refusal.getMessage().length() < 300, refusal.getMessage());
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }
}
