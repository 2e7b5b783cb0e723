// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that take numbers and no pictures, and answers as files. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NumbersTest {
  private static final int INPUTS = 5;
  private static final int ROWS = 6;

  /** Weights of 14 bits and 5 inputs of 12 bits below 1, squares and 8 of them: well within. */
  private static final double TOLERANCE = 0.02;

  @TempDir private Path folder;

  private Path classifier;
  private Path regression;
  private Path csv;
  private final float[][] rows = new float[ROWS][INPUTS];

  @BeforeEach
  void write() throws IOException {
    classifier = Files.write(folder.resolve("c.onnx"), TinyModel.ofNumbers(INPUTS, 3));
    regression = Files.write(folder.resolve("r.onnx"), TinyModel.ofNumbers(INPUTS, 1));
    SplittableRandom random = new SplittableRandom(31);
    StringBuilder text = new StringBuilder("a,b,c,d,e,kind\n");
    for (float[] row : rows) {
      for (int k = 0; k < INPUTS; k++) {
        row[k] = (float) random.nextInt(-1000, 1000) / 1000;
        text.append(String.format(Locale.ROOT, "%.3f,", row[k]));
      }
      text.append(random.nextInt(3)).append('\n');
    }
    csv = Files.writeString(folder.resolve("rows.csv"), text);
  }

  private float[][] expected(Path model) throws IOException {
    NetworkGraph graph = OnnxImporter.read(Files.readAllBytes(model), "model");
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    float[][] expected = new float[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      expected[i] = evaluator.run(rows[i]);
    }
    return expected;
  }

  @Test
  void shouldTakeOneSigmoidForAProbabilityOrForAClass() throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(regression)).toBuilder();
    model
        .getGraphBuilder()
        .addNode(NodeProto.newBuilder().setOpType("Sigmoid").addInput("y").addOutput("p"))
        .getOutputBuilder(0)
        .setName("p");
    Path sigmoid = Files.write(folder.resolve("s.onnx"), model.build().toByteArray());
    float[][] logits = expected(regression);
    StringBuilder labels = new StringBuilder();
    for (float[] logit : logits) {
      labels.append(logit[0] > 0 ? "1\n" : "0\n");
    }
    Path right = Files.writeString(folder.resolve("labels.txt"), labels);
    Path npy = npy(rows);
    Path json = folder.resolve("out.json");

    CommandRun.of("infer", "-q", sigmoid, "--data", npy, "--json", json).assertOk();
    JsonNode values = new ObjectMapper().readTree(json.toFile());
    CommandRun.of(
            "infer",
            "-q",
            sigmoid,
            "--data",
            npy,
            "--labels",
            right,
            "--task",
            "classification",
            "--json",
            json)
        .assertOk();
    JsonNode classes = new ObjectMapper().readTree(json.toFile());

    assertEquals("regression", values.get("task").asText());
    assertEquals(1.0, classes.get("accuracy").asDouble());
    assertEquals(1.0, classes.get("agreement").asDouble());
    for (int i = 0; i < ROWS; i++) {
      double probability = 1 / (1 + Math.exp(-logits[i][0]));
      assertEquals(
          probability, values.get("answers").get(i).get("scores").get(0).asDouble(), TOLERANCE);
      JsonNode answer = classes.get("answers").get(i);
      assertEquals(probability > 0.5 ? 1 : 0, answer.get("class").asInt());
      assertEquals(probability, answer.get("scores").get(1).asDouble(), TOLERANCE);
      assertEquals(1 - probability, answer.get("scores").get(0).asDouble(), TOLERANCE);
    }
    CommandRun.of("infer", "-q", regression, "--data", npy, "--task", "classification")
        .assertFault(1, "one value, not one class", "leave --task out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0.5", "3"})
  void shouldRefuseLabelsThatAreNoClass(String label) throws IOException {
    Path labelled = Files.writeString(folder.resolve("l.csv"), "1,0,0,0,0,2\n0,1,0,0,0," + label);

    CommandRun.of("infer", "-q", classifier, "--data", labelled, "--label-column", "last")
        .assertFault(1, "#1", label, "class");
  }

  @Test
  void shouldAnswerRowsOfNumbersAndWriteTheAnswers() throws IOException {
    Path json = folder.resolve("out.json");
    Path answers = folder.resolve("answers.json");
    float[][] expected = expected(classifier);

    CommandRun.of(
            "infer",
            "-q",
            classifier,
            "--data",
            csv,
            "--label-column",
            "kind",
            "--json",
            json,
            "--output",
            answers)
        .assertOk();

    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertEquals(ROWS, report.get("labelledImages").asInt());
    assertEquals(new ObjectMapper().readTree(answers.toFile()), report.get("answers"));
    for (int i = 0; i < ROWS; i++) {
      JsonNode answer = report.get("answers").get(i);
      assertEquals("#" + i, answer.get("name").asText());
      assertEquals(report.get("predictions").get(i), answer.get("class"));
      assertEquals(3, answer.get("topFive").size());
      for (int k = 0; k < 3; k++) {
        assertEquals(expected[i][k], answer.get("scores").get(k).asDouble(), TOLERANCE);
      }
    }
  }

  @Test
  void shouldWriteScoresForNumPyAndATableWithNames() throws IOException {
    Path npy = folder.resolve("scores.npy");
    Path table = folder.resolve("answers.csv");
    Path inputs = npy(rows);
    float[][] expected = expected(classifier);

    CommandRun.of("infer", "-q", classifier, "--data", inputs, "--answer-only", "--output", npy)
        .assertOk();
    CommandRun.of("infer", "-q", classifier, "--data", inputs, "--answer-only", "--output", table)
        .assertOk();

    ByteBuffer scores = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    scores.position(10 + scores.getShort(8));
    assertEquals(0, scores.position() % 64);
    List<String> lines = Files.readAllLines(table);
    assertEquals("name,label,class,class 2,class 3,score red,score green,score blue", lines.get(0));
    for (int i = 0; i < ROWS; i++) {
      for (int k = 0; k < 3; k++) {
        assertEquals(expected[i][k], scores.getFloat(), TOLERANCE);
      }
      assertTrue(lines.get(i + 1).startsWith("rows.npy#" + i + ",,"), lines.get(i + 1));
    }
    assertFalse(scores.hasRemaining());
  }

  private Path npy(float[][] rows) throws IOException {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 5), }\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * ROWS * INPUTS)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
            .putShort((short) header.length())
            .put(header.getBytes(StandardCharsets.US_ASCII));
    for (float[] row : rows) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return Files.write(folder.resolve("rows.npy"), bytes.array());
  }

  @Test
  void shouldShowTheValuesOfARegressionAndCompareThemByTolerance() throws IOException {
    Path json = folder.resolve("out.json");
    float[][] expected = expected(regression);

    CommandRun run =
        CommandRun.of(
            "infer", "-q", regression, "--data", csv, "--label-column", "last", "--json", json);

    run.assertOk();
    assertTrue(run.out().contains("correct value"), run.out());
    assertTrue(run.out().contains("mean error, private"), run.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals("regression", report.get("task").asText());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertTrue(report.get("agreementTolerance").asDouble() > 0);
    double meanError = 0;
    for (int i = 0; i < ROWS; i++) {
      JsonNode answer = report.get("answers").get(i);
      assertEquals(expected[i][0], answer.get("scores").get(0).asDouble(), TOLERANCE);
      meanError += Math.abs(expected[i][0] - answer.get("target").asDouble()) / ROWS;
    }
    assertEquals(meanError, report.get("plaintextMeanAbsoluteError").asDouble(), TOLERANCE);
    assertEquals(meanError, report.get("meanAbsoluteError").asDouble(), TOLERANCE);
  }

  @Test
  void shouldNeitherMeasureNorCompareWhenOnlyAskedForAnswers() {
    CommandRun run =
        CommandRun.of("infer", "-q", classifier, "--data", npyOfRows(), "--answer-only");

    run.assertOk();
    assertEquals(ROWS + 1, run.out().lines().count(), run.out());
    assertFalse(run.out().contains("latency"), run.out());
  }

  private Path npyOfRows() {
    try {
      return npy(rows);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldTakeNumbersInEveryCommand() throws IOException {
    Path numbers = npy(rows);
    Path out = folder.resolve("out");

    CommandRun.of("check", "-q", classifier, "--data", numbers).assertOk();
    CommandRun.of("share", "-q", classifier, "--calibration", numbers, "--out", out).assertOk();
    assertEquals(0, CommandRun.of("inspect", classifier, "--calibration", numbers).code());
    assertEquals(0, CommandRun.of("inspect", classifier).code());
    assertEquals(
        0,
        CommandRun.of(
                "inspect", classifier, "--calibration", csv, "--calibration-label-column", "kind")
            .code());
  }

  @Test
  void shouldAnswerFromAFolderOfSharesWithoutCalibration() throws IOException {
    Path out = folder.resolve("out");
    Path answers = folder.resolve("answers.json");
    Path numbers = npy(rows);
    float[][] expected = expected(classifier);
    CommandRun.of("share", "-q", classifier, "--calibration", numbers, "--out", out).assertOk();

    CommandRun run =
        CommandRun.of("infer", out, "--data", numbers, "--answer-only", "--output", answers);

    run.assertOk();
    assertTrue(run.out().contains("red"), run.out());
    JsonNode list = new ObjectMapper().readTree(answers.toFile());
    for (int i = 0; i < ROWS; i++) {
      for (int k = 0; k < 3; k++) {
        double score = list.get(i).get("scores").get(k).asDouble();
        assertEquals(expected[i][k], score, TOLERANCE);
      }
    }
    Path other = folder.resolve("other");
    CommandRun.of("share", "-q", classifier, "--calibration", numbers, "--out", other).assertOk();
    Files.copy(other.resolve("party1.share"), out.resolve("party1.share"), REPLACE_EXISTING);
    CommandRun.of("infer", "-q", out, "--data", numbers).assertFault(1, "not made together");
  }

  @Test
  void shouldNameWhatIsWrongWithNumbers() throws IOException {
    Path words = Files.writeString(folder.resolve("words.csv"), "1,2,3,4,x\n1,2,3,4,y\n");

    CommandRun.of("infer", "-q", classifier, "--data", csv)
        .assertFault(1, "6 columns", "--label-column");
    CommandRun.of("infer", "-q", classifier, "--data", words).assertFault(1, "row 1", "column 5");
    CommandRun.of("infer", "-q", classifier, "--data", npy(rows), "--mean", 1)
        .assertFault(1, "--mean");
    CommandRun.of("infer", "-q", classifier, "--data", csv, "--label-column", "no")
        .assertFault(1, "no column 'no'");
    CommandRun.of(
            "infer", "-q", classifier, "--data", npy(rows), "--output", folder.resolve("x.txt"))
        .assertFault(1, "--output", ".npy, .csv or .json");
    CommandRun.of("infer", "-q", classifier, "--data", npy(rows), "--task", "guess")
        .assertFault(1, "--task guess");
    CommandRun.of("infer", "-q", classifier).assertFault(1, "[5] is not an image", ".csv");
  }
}
