// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.floats;
import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.longs;
import static io.pascaline.layers.onnx.TestModel.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as tools write them that are no plain float32 model with everything inside. */
class OddFileTest {
  private static final long SEED = 20261013;
  private static final float[] WEIGHTS = {0.5f, -1, 2, 0.25f, 1.5f, -0.125f};

  @Test
  void shouldReadWeightsThatLieBesideTheModel(@TempDir Path folder) throws IOException {
    TestModel inside = dense().initializer(floats("w", WEIGHTS, 3, 2)).node("MatMul", "x w -> y");
    Path model = external(folder, "model.onnx.data", "8", "24", 8);

    NetworkGraph graph = OnnxImporter.read(model);

    assertArrayEquals(
        ((LinearNode) OnnxImporter.read(inside.bytes(), "inside").nodes().get(0)).weights(),
        ((LinearNode) graph.nodes().get(0)).weights());
    // The very file that the importer reads runs on ONNX Runtime without the other one.
    RuntimeAgreement.check(OnnxFile.read(model, ImportChoices.NONE), SEED);
  }

  @Test
  void shouldFollowLinksAsDownloadCachesMakeThem(@TempDir Path folder) throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
    Files.move(external(folder, "data", "0", "24", 0), blobs.resolve("a1"));
    Files.move(folder.resolve("data"), blobs.resolve("b2"));
    Files.createSymbolicLink(snapshot.resolve("model.onnx"), blobs.resolve("a1"));
    Files.createSymbolicLink(snapshot.resolve("data"), blobs.resolve("b2"));

    assertEquals(1, OnnxImporter.read(snapshot.resolve("model.onnx")).nodes().size());
  }

  @ParameterizedTest
  @CsvSource({
    "../data, 0, 24, is not in the model's folder",
    "/etc/hostname, 0, 24, is not in the model's folder",
    "'', 0, 24, is not in the model's folder",
    "elsewhere, 0, 24, is missing",
    "., 0, 24, is missing",
    "data, 8, 24, is cut short",
    "data, 0, 9223372036854775807, is cut short",
    "data, -1, 24, the offset of its data",
    "data, many, 24, the offset of its data",
    "data, 0, 20, do not have the 6 elements"
  })
  void shouldRefuseDataOutsideTheirFile(
      String location, String offset, String length, String message, @TempDir Path parent)
      throws IOException {
    Path folder = Files.createDirectories(parent.resolve("models"));
    external(parent, "data", "0", "24", 0);
    external(folder, "data", "0", "24", 0);
    Path model = write(folder, location, offset, length);

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model));

    assertTrue(refusal.getMessage().startsWith("initializer 'w': "), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
  }

  @Test
  void shouldRefuseLinksOutOfTheFolder(@TempDir Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("models"));
    external(parent, "data", "0", "24", 0);
    Files.createSymbolicLink(folder.resolve("data"), parent.resolve("data"));
    Path model = write(folder, "data", "0", "24");

    assertTrue(
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model))
            .getMessage()
            .contains("is not in the model's folder"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("elementTypes")
  void shouldReadWeightsOfType(DataType type, TensorProto.Builder weights) {
    TensorProto tensor =
        weights.setName("w").setDataType(type.getNumber()).addDims(3).addDims(2).build();
    TestModel model =
        dense()
            .initializer(tensor)
            .node("Cast", "w -> f", integer("to", 1))
            .node("MatMul", "x f -> y");

    RuntimeAgreement.check(model, SEED);
  }

  static Stream<Arguments> elementTypes() {
    int[] halves = {0x3800, 0xbc00, 0x4000, 0x0001, 0x03ff, 0x7bff};
    int[] brains = {0x3f00, 0xbf80, 0x4000, 0x3e80, 0x3fc0, 0xbe00};
    return Stream.of(
        arguments(DataType.FLOAT16, raw(Short.BYTES, halves)),
        arguments(DataType.FLOAT16, typed(halves)),
        arguments(DataType.BFLOAT16, raw(Short.BYTES, brains)),
        arguments(DataType.INT8, raw(1, 1, -1, 127, -128, 0, 5)),
        arguments(DataType.INT8, typed(1, -1, 127, -128, 0, 5)),
        arguments(DataType.UINT8, raw(1, 1, 255, 127, 128, 0, 5)),
        arguments(DataType.INT16, raw(Short.BYTES, 1, -1, 32767, -32768, 0, 5)),
        arguments(DataType.UINT16, raw(Short.BYTES, 1, 65535, 32767, 32768, 0, 5)),
        arguments(DataType.INT32, raw(Integer.BYTES, 1, -1, 1 << 20, -7, 0, 5)),
        arguments(DataType.BOOL, raw(1, 1, 0, 1, 1, 0, 0)));
  }

  @Test
  void shouldTakeWeightsThatAreQuantised() {
    TestModel model =
        image()
            .initializer(
                raw(1, weights(8))
                    .setName("q")
                    .setDataType(DataType.INT8_VALUE)
                    .addDims(2)
                    .addDims(4)
                    .addDims(1)
                    .addDims(1)
                    .build())
            .initializer(floats("s", new float[] {0.5f, 0.125f}, 2))
            .initializer(
                raw(1, 3, -2).setName("z").setDataType(DataType.INT8_VALUE).addDims(2).build())
            .node("DequantizeLinear", "q s z -> w", integer("axis", 0))
            .node("Conv", "x w -> t")
            .initializer(raw(1, 200).setName("q2").setDataType(DataType.UINT8_VALUE).build())
            .initializer(floats("s2", new float[] {0.5f}))
            .node("DequantizeLinear", "q2 s2 -> c")
            .node("Mul", "t c -> y");

    RuntimeAgreement.check(model, SEED);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -7, 8})
  void shouldTakeAnyBatchForADynamicOne(long batch, @TempDir Path folder) throws IOException {
    TestModel model = image().weights("w", 1, 2, 4, 3, 3).node("Conv", "x w -> y");
    model.graph().setInput(0, declared(batch));

    Path file = Files.write(folder.resolve("m.onnx"), model.bytes());

    assertEquals(Shape.of(4, 9, 8), OnnxImporter.read(model.bytes(), "test").inputShape());
    RuntimeAgreement.check(OnnxFile.read(file, ImportChoices.NONE), SEED);
  }

  @Test
  void shouldTakeTheShapeThatTheUserNames(@TempDir Path folder) throws IOException {
    TestModel model = new TestModel(SEED, 1, 4, -1, -1).weights("w", 1, 2, 4, 3, 3);
    Path file = Files.write(folder.resolve("m.onnx"), model.node("Conv", "x w -> y").bytes());

    for (int[] dims : new int[][] {{4, 9, 8}, {1, 4, 9, 8}}) {
      byte[] chosen = OnnxFile.read(file, new ImportChoices(dims, "x", null));

      assertEquals(Shape.of(4, 9, 8), RuntimeAgreement.check(chosen, SEED).inputShape());
    }
    refuse(file, new ImportChoices(new int[] {9, 8}, null, null), "3 dimensions besides");
    refuse(file, new ImportChoices(new int[] {3, 9, 8}, null, null), "dimension 1 is 4");
    refuse(file, new ImportChoices(new int[] {4, 9, 8}, "z", null), "no input 'z'");
  }

  @Test
  void shouldTakeTheOutputThatTheUserNames(@TempDir Path folder) throws IOException {
    TestModel model = image().node("NoSuchThing", "x -> boxes").node("Neg", "x -> y");
    model.graph().addOutput(TestModel.value("boxes", DataType.FLOAT, 1, 4));
    Path file = Files.write(folder.resolve("m.onnx"), model.bytes());

    byte[] chosen = OnnxFile.read(file, new ImportChoices(null, null, "y"));

    assertEquals("y", RuntimeAgreement.check(chosen, SEED).outputName());
    refuse(file, new ImportChoices(null, null, "masks"), "its outputs are 'y', 'boxes'");
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "-1, 5", "1, 1", "-1, 3"})
  void shouldMultiplyByMatricesOfAnyRank(long batch, long rowCount) {
    TestModel rows =
        new TestModel(SEED, batch, rowCount, 4).weights("w", 1, 4, 3).node("MatMul", "x w -> y");
    TestModel deep =
        new TestModel(SEED, batch, 2, rowCount, 4)
            .weights("w", 1, 1, 1, 4, 3)
            .weights("b", 1, 3)
            .node("MatMul", "x w -> t")
            .node("Add", "t b -> y");
    TestModel vector = new TestModel(SEED, batch, 4).weights("w", 1, 1, 4, 3);

    assertEquals(Shape.of((int) rowCount, 3), RuntimeAgreement.check(rows, SEED).outputShape());
    assertEquals(Shape.of(2, (int) rowCount, 3), RuntimeAgreement.check(deep, SEED).outputShape());
    RuntimeAgreement.check(vector.node("MatMul", "x w -> y"), SEED);
  }

  @Test
  void shouldRefuseTwoNodesThatMakeOneTensor() {
    TestModel model =
        new TestModel(SEED, 1, 3, 4, 4)
            .node("Relu", "x -> t")
            .node("Sigmoid", "x -> t")
            .node("Relu", "t -> y");

    String message =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model.bytes(), "test"))
            .getMessage();

    assertTrue(message.contains("makes 't', as another node does"), message);
  }

  @Test
  void shouldComputeNodesInAnyOrder() {
    TestModel model =
        image()
            .node("Add", "t c -> y")
            .node("Neg", "s -> t")
            .node("Conv", "x w -> s")
            .constant("c", 1)
            .weights("w", 1, 2, 4, 3, 3);

    assertEquals(2, RuntimeAgreement.check(model, SEED).nodes().size());
  }

  @Test
  void shouldReadConstantsOfAllForms() {
    AttributeProto several =
        AttributeProto.newBuilder()
            .setName("value_floats")
            .setType(AttributeProto.AttributeType.FLOATS)
            .addFloats(0.5f)
            .addFloats(2)
            .addFloats(-1)
            .build();
    TestModel model =
        dense()
            .node("Constant", "-> a", several)
            .node("Constant", "-> b", TestModel.real("value_float", 0.5))
            .node("Constant", "-> i", integer("value_int", 3))
            .node("Constant", "-> is", ints("value_ints", 1, 2, 3))
            .node("Constant", "-> t", tensor("value", longs("", new long[] {7})))
            .node("Cast", "i -> fi", integer("to", 1))
            .node("Cast", "is -> fis", integer("to", 1))
            .node("Cast", "t -> ft", integer("to", 1))
            .node("Mul", "x a -> x1")
            .node("Add", "x1 b -> x2")
            .node("Sub", "x2 fi -> x3")
            .node("Sub", "fis x3 -> x4")
            .node("Div", "x4 ft -> y");

    RuntimeAgreement.check(model, SEED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldReadSparseConstants(boolean coordinates) {
    SparseTensorProto sparse =
        SparseTensorProto.newBuilder()
            .setValues(floats("", new float[] {2, -3}, 2))
            .setIndices(
                coordinates
                    ? longs("", new long[] {0, 1, 2, 0}, 2, 2)
                    : longs("", new long[] {1, 4}, 2))
            .addDims(3)
            .addDims(2)
            .build();
    AttributeProto attribute =
        AttributeProto.newBuilder()
            .setName("sparse_value")
            .setType(AttributeProto.AttributeType.SPARSE_TENSOR)
            .setSparseTensor(sparse)
            .build();
    TestModel model = dense().node("Constant", "-> w", attribute).node("MatMul", "x w -> y");

    LinearNode linear = (LinearNode) OnnxImporter.read(model.bytes(), "test").nodes().get(0);

    assertArrayEquals(new float[] {0, 0, -3, 2, 0, 0}, linear.weights());
  }

  @Test
  void shouldFoldWhatExportersComputeFromConstants() {
    TestModel model =
        image()
            .initializer(floats("c", new float[] {1, 2, 3, 4}, 4))
            .constants("shape", 4, 1, 1)
            .constant("limit", 2.5)
            .constant("half", 0.5)
            .node("Reshape", "c shape -> r")
            .node("Expand", "r target -> e")
            .node("Greater", "e limit -> g")
            .node("Where", "g e half -> chosen")
            .node("Min", "chosen limit half -> m")
            .node("Max", "m half -> n")
            .node("Shape", "c -> s")
            .node("Cast", "s -> sf", integer("to", 1))
            .node("Mul", "x n -> t")
            .node("Add", "t sf -> y")
            .constants("target", 4, 1, 1);

    RuntimeAgreement.check(model, SEED);
  }

  @Test
  void shouldReadLaterOperatorSetsByTheRulesOfTheLastKnown() {
    NetworkGraph known = OnnxImporter.read(pooled(23).bytes(), "test");
    NetworkGraph later = OnnxImporter.read(pooled(99).bytes(), "test");
    float[] input = new float[known.inputShape().elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = i % 7;
    }

    assertArrayEquals(new FloatEvaluator(known).run(input), new FloatEvaluator(later).run(input));
    assertEquals(known.outputTransform(), later.outputTransform());
  }

  /** Returns a model whose average and softmax have had other rules in earlier operator sets. */
  private static TestModel pooled(int opset) {
    return image()
        .opset(opset)
        .node(
            "AveragePool",
            "x -> p",
            ints("kernel_shape", 3, 3),
            ints("strides", 2, 3),
            ints("pads", 1, 1, 0, 0),
            integer("ceil_mode", 1),
            integer("count_include_pad", 1))
        .node("Softmax", "p -> y");
  }

  private static void refuse(Path file, ImportChoices choices, String message) {
    String refusal =
        assertThrows(ModelFormatException.class, () -> OnnxFile.read(file, choices)).getMessage();
    assertTrue(refusal.contains(message), refusal);
  }

  private static ai.onnx.proto.OnnxMl.ValueInfoProto declared(long batch) {
    var value = TestModel.value("x", DataType.FLOAT, 1, 4, 9, 8).toBuilder();
    value
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .setDimValue(batch);
    return value.build();
  }

  private static int[] weights(int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = 37 * i % 251 - 125;
    }
    return values;
  }

  private static TensorProto.Builder raw(int widthBytes, int... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * widthBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      switch (widthBytes) {
        case 1 -> data.put((byte) value);
        case Short.BYTES -> data.putShort((short) value);
        default -> data.putInt(value);
      }
    }
    return TensorProto.newBuilder().setRawData(ByteString.copyFrom(data.array()));
  }

  private static TensorProto.Builder typed(int... values) {
    TensorProto.Builder tensor = TensorProto.newBuilder();
    for (int value : values) {
      tensor.addInt32Data(value);
    }
    return tensor;
  }

  /** Writes a model and the file of its weights, behind some other bytes. */
  private static Path external(
      Path folder, String location, String offset, String length, int before) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(before + 24).order(ByteOrder.LITTLE_ENDIAN);
    data.position(before);
    for (float weight : WEIGHTS) {
      data.putFloat(weight);
    }
    Files.write(folder.resolve(location), data.array());
    return write(folder, location, offset, length);
  }

  private static Path write(Path folder, String location, String offset, String length)
      throws IOException {
    TensorProto weights =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(DataType.FLOAT_VALUE)
            .addDims(3)
            .addDims(2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", location))
            .addExternalData(entry("offset", offset))
            .addExternalData(entry("length", length))
            .build();
    TestModel model = dense().initializer(weights).node("MatMul", "x w -> y");
    return Files.write(folder.resolve("model.onnx"), model.bytes());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static TestModel dense() {
    return new TestModel(SEED, -1, 3);
  }

  private static TestModel image() {
    return new TestModel(SEED, 1, 4, 9, 8);
  }
}
