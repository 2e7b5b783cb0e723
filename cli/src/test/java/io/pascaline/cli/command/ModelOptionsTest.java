// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models whose files leave something open. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ModelOptionsTest {
  private static final int IMAGE_COUNT = 3;

  @TempDir private Path folder;

  private ModelProto.Builder tiny;
  private Path images;

  @BeforeEach
  void writeImages() throws IOException {
    images = InferCommandTest.IdxPair.write(folder, IMAGE_COUNT);
    tiny = ModelProto.parseFrom(TinyModel.onnx()).toBuilder();
  }

  @Test
  void shouldTakeTheShapeAndTheOutputThatTheUserNames() throws IOException {
    for (int dim : new int[] {2, 3}) {
      tiny.getGraphBuilder()
          .getInputBuilder(0)
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .getShapeBuilder()
          .getDimBuilder(dim)
          .setDimParam("side");
    }
    tiny.getGraphBuilder().addOutput(tiny.getGraph().getOutput(0).toBuilder().setName("conv"));
    Path model = write();

    CommandRun.of("infer", "-q", model, "--images", images)
        .assertFault(1, "outputs ('y', 'conv')", "--output-name");
    CommandRun.of("infer", "-q", model, "--images", images, "--output-name", "y")
        .assertFault(1, "dimension 2 is dynamic", "--input-shape");
    CommandRun.of("infer", "-q", model, "--images", images, "--input-shape", "one")
        .assertFault(1, "--input-shape one is not a shape", "3,224,224");
    assertAgrees(model, "--output-name", "y", "--input-shape", "x=1,6,6");
  }

  @Test
  void shouldCompareModelsWhoseBatchIsZero() throws IOException {
    tiny.getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .setDimValue(0);

    JsonNode report = assertAgrees(write());

    assertTrue(report.get("plaintextLatencyMs").get("p50").asDouble() > 0, "ONNX Runtime ran");
  }

  @Test
  void shouldLeaveASoftmaxAtTheEndToTheClient() throws IOException {
    tiny.getGraphBuilder()
        .addNode(NodeProto.newBuilder().setOpType("Softmax").addInput("y").addOutput("p"))
        .getOutputBuilder(0)
        .setName("p");

    assertAgrees(write());
  }

  @Test
  void shouldAnswerTheSmallestWhereTheModelDoes() throws IOException {
    JsonNode largest = assertAgrees(write());
    endIn("ArgMin");
    Path model = write();
    Path csv = folder.resolve("answers.csv");

    JsonNode smallest = assertAgrees(model, "--output", csv, "--output-name", "p");
    CommandRun printed =
        CommandRun.of("infer", "-q", model, "--images", images, "--answer-only").assertOk();

    List<String> rows = Files.readAllLines(csv);
    int right = 0;
    for (int i = 0; i < IMAGE_COUNT; i++) {
      JsonNode answer = smallest.get("answers").get(i);
      JsonNode scores = largest.get("answers").get(i).get("scores");
      int expected = 0;
      for (int k = 1; k < TinyModel.CLASS_COUNT; k++) {
        expected = scores.get(k).asDouble() < scores.get(expected).asDouble() ? k : expected;
      }
      assertEquals(expected, answer.get("class").asInt());
      assertEquals(expected, answer.get("topFive").get(0).get("class").asInt());
      assertEquals(expected, smallest.get("predictions").get(i).asInt());
      assertEquals(expected, smallest.get("plaintextPredictions").get(i).asInt());
      String name = new String[] {"red", "green", "blue"}[expected];
      assertEquals(name, answer.get("className").asText());
      assertEquals(name, rows.get(1 + i).split(",")[2]);
      assertTrue(
          printed.out().lines().skip(1 + i).findFirst().orElseThrow().contains(name),
          printed.out());
      right += expected == answer.get("label").asInt() ? 1 : 0;
    }
    assertEquals((double) right / IMAGE_COUNT, smallest.get("accuracy").asDouble(), 1e-12);
  }

  private void endIn(String operator) {
    tiny.getGraphBuilder()
        .addNode(
            NodeProto.newBuilder()
                .setOpType(operator)
                .addInput("y")
                .addOutput("p")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(1)))
        .getOutputBuilder(0)
        .setName("p");
  }

  private Path write() throws IOException {
    return Files.write(folder.resolve("open.onnx"), tiny.build().toByteArray());
  }

  private JsonNode assertAgrees(Path model, Object... more) throws IOException {
    Path json = folder.resolve("out.json");
    Object[] arguments = new Object[more.length + 7];
    Object[] fixed = {"infer", "-q", model, "--images", images, "--json", json};
    System.arraycopy(fixed, 0, arguments, 0, fixed.length);
    System.arraycopy(more, 0, arguments, fixed.length, more.length);

    CommandRun.of(arguments).assertOk();

    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(1.0, report.get("agreement").asDouble());
    return report;
  }
}
