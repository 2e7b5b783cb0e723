// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinedInputsTest {
  private static final long SEED = 20261129;
  private static final int PIXELS = 2 * 6 * 5;
  private static final int NUMBERS = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"11, 1", "13, 1", "18, -1"})
  void shouldAnswerLikeTheModelWithSeveralInputs(int opset, int batch) throws Exception {
    byte[] model = twoInputs(opset, batch).bytes();

    byte[] joined = prepared(model);
    NetworkGraph graph = RuntimeAgreement.check(joined, SEED);

    assertEquals(Shape.of(PIXELS + NUMBERS), graph.inputShape());
    SplittableRandom random = new SplittableRandom(SEED);
    float[] input = new float[PIXELS + NUMBERS];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextDouble(-1, 1);
    }
    assertArrayEquals(
        runtime(
            model, Arrays.copyOf(input, PIXELS), Arrays.copyOfRange(input, PIXELS, input.length)),
        RuntimeAgreement.runtime(joined, graph, input));
  }

  @Test
  void shouldIgnoreInputsThatNothingReads() throws IOException {
    TestModel model =
        new TestModel(SEED, 1, 3)
            .input("unread", 1, 7)
            .weights("w", 1, 3, 2)
            .node("MatMul", "x w -> y");

    NetworkGraph graph = OnnxImporter.read(prepared(model.bytes()), "test");

    assertEquals(Shape.of(3), graph.inputShape());
  }

  @Test
  void shouldAvoidNamesThatTheFileHas() throws IOException {
    TestModel model =
        new TestModel(SEED, 1, 3)
            .input("inputs", 1, 3)
            .node("Add", "x inputs -> inputs_split")
            .weights("w", 1, 3, 2)
            .node("MatMul", "inputs_split w -> y");

    NetworkGraph graph = RuntimeAgreement.check(prepared(model.bytes()), SEED);

    assertEquals("inputs_2", graph.inputName());
  }

  @Test
  void shouldRefuseInputsWithoutASizeOrOfAnotherBatch() throws IOException {
    TestModel dynamic = new TestModel(SEED, 1, 3).input("other", 1, -1).node("Add", "x other -> y");
    TestModel batches = new TestModel(SEED, 1, 3).input("other", 2, 3).node("Add", "x other -> y");

    assertRefused(dynamic, "input 'other': has a dynamic dimension");
    assertRefused(batches, "input 'other': has another batch");
  }

  private void assertRefused(TestModel model, String cause) {
    String message =
        assertThrows(ModelFormatException.class, () -> prepared(model.bytes())).getMessage();
    assertTrue(message.startsWith(cause), message);
  }

  private byte[] prepared(byte[] model) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), model);
    return OnnxFile.read(file, ImportChoices.NONE);
  }

  /** Returns a convolution of an image, whose features are joined with those of some numbers. */
  private static TestModel twoInputs(int opset, int batch) {
    return new TestModel(SEED, batch, 2, 6, 5)
        .opset(opset)
        .input("numbers", batch, NUMBERS)
        .weights("kernel", 0.5, 3, 2, 3, 3)
        .weights("dense", 0.5, NUMBERS, 6)
        .weights("last", 0.5, 3 * 4 * 3 + 6, 2)
        .node("Conv", "x kernel -> c")
        .node("Relu", "c -> r")
        .node("Flatten", "r -> f")
        .node("MatMul", "numbers dense -> d")
        .node("Concat", "f d -> j", TestModel.integer("axis", 1))
        .node("MatMul", "j last -> y");
  }

  private static float[] runtime(byte[] model, float[] pixels, float[] numbers)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor x =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(pixels), new long[] {1, 2, 6, 5});
          OnnxTensor other =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(numbers), new long[] {1, NUMBERS});
          OrtSession.Result result = session.run(Map.of("x", x, "numbers", other))) {
        FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[output.remaining()];
        output.get(values);
        return values;
      }
    }
  }
}
